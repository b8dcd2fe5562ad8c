#!/usr/bin/env python3
"""kserve_llm: payloads and matrix against what the Python tool made, and odd outputs of llm-load-test against payloads that stand here."""
import json
import shutil

from support import SHARED, SOURCE, CommandTest, copy_of, main

EXAMPLE = SOURCE / "workloads/kserve_llm/example"
GOLDEN = SHARED / "data/python-golden/kserve"
MODULE = "projects.kserve.visualizations.kserve-llm"
OUTPUT = "000__llm_load_test__run/output/output.json"
CAPTURE = "001__kserve__capture_state"
KPI = "kserve_llm_load_test_"
STREAMING, OF_2023 = "000__flan-t5-small_users=2", "002__mpt-7b-instruct2_users=20"


class KserveTest(CommandTest):
    def parse(self, results, workload="kserve_llm", code=0, **keywords):
        done = self.matbench("parse", f"--workload={workload}", f"--results_dirname={results}", "--output_lts=lts.json",
                             "--output_matrix=matrix.json", code=code, **keywords)
        return self.json("lts.json"), self.json("matrix.json"), done.err

    def copy(self, test):
        shutil.copytree(EXAMPLE / test, self.place / "tests/t")
        return self.place / "tests/t"

    def change(self, test, edit, code=0):
        """The payloads (and the log) of a copy of the test whose output was edited."""
        place = self.copy(test) / OUTPUT
        output = json.loads(place.read_text())
        edit(output)
        place.write_text(json.dumps(output))
        payloads, _, log = self.parse("tests", code=code)
        return payloads, log


class PythonTest(KserveTest):
    def test_golden(self):
        copy_of(GOLDEN / "tests", self.place / "tests", copy_function=shutil.copyfile)
        for zone in "UTC", "America/New_York":  # the Python tool would shift the times
            ours, our_matrix, log = self.parse("tests", MODULE, env={"TZ": zone})
            theirs, their_matrix = (json.loads((GOLDEN / name).read_text()) for name in ("lts.json", "matrix.json"))
            their_matrix.sort(key=lambda entry: entry["location"])
            self.assertEqual(len(theirs), 3)
            by_test = {payload["metadata"]["test_uuid"]: payload for payload in theirs}
            self.assertEqual(ours, [by_test[payload["metadata"]["test_uuid"]] for payload in ours])
            self.assertEqual(len(ours), 3)
            for a, b in zip(our_matrix, their_matrix, strict=True):
                self.assertEqual(set(a), set(b))
                for name in "location", "settings", "exit_code":
                    self.assertEqual(a[name], b[name], name)
                self.assertEqual(a["results"]["lts"], b["results"]["lts"])
                self.assertEqual(a["results"]["predictor_logs"], b["results"]["predictor_logs"])
                self.assertEqual(a["results"]["inference_service"], b["results"]["inference_service"])
                self.assertEqual(a["results"]["llm_load_test_summary"], b["results"]["llm_load_test_output"]["summary"])

    def test_example(self):
        ours, _, _ = self.parse(EXAMPLE)
        self.assertEqual(ours[:2], json.loads((SOURCE / "tests/python/kserve_llm.lts.json").read_text()))

    def test_check_is_clean(self):
        done = self.matbench("check", "kserve_llm", EXAMPLE, code=0)
        self.assertEqual(done.err, "")
        for word in "note:", "violation:", "broken":
            self.assertNotIn(word, done.out)


class OddTest(KserveTest):
    def test_a_predictor_that_never_ran_has_no_load_time(self):
        """And so no payload, as in Python; here the reason is told."""
        place = self.copy(STREAMING) / CAPTURE / "pods.json"
        pods = json.loads(place.read_text())
        pods["items"][0]["status"]["containerStatuses"][0]["state"] = {"waiting": {"reason": "ContainerCreating"}}
        place.write_text(json.dumps(pods))
        payloads, _, log = self.parse("tests", code=102)
        self.assertEqual(payloads, [])
        self.assertRegex(log, rf"(?m)^ERROR \| t: lts-error: /kpis/{KPI}model_load_duration/value: found null, .*pods\.json")

    def test_an_output_of_2023(self):
        requests = json.loads((EXAMPLE / OF_2023 / OUTPUT).read_text())["results"]
        payload = self.parse(EXAMPLE)[0][2]
        results = payload["results"]
        self.assertEqual(payload["metadata"]["start"], "2025-05-13T10:00:00+00:00")
        self.assertAlmostEqual(results["throughput"], sum(r["output_tokens"] for r in requests) / 60)
        self.assertEqual(results["failures"], 0)
        self.assertEqual(results["time_per_output_token"]["values"], [r["TPOT"] for r in requests])
        self.assertEqual(results["time_to_first_token"]["values"], [r["TTFT"] for r in requests])
        between = [(r["response_time"] * 1000 - r["TTFT"]) / (r["output_tokens"] - 1) for r in requests]
        for found, wanted in zip(results["inter_token_latency"]["values"], between, strict=True):
            self.assertAlmostEqual(found, wanted)
        ttft = sorted(r["TTFT"] for r in requests)
        self.assertAlmostEqual(results["time_to_first_token"]["percentile_80"], ttft[7] + 0.2 * (ttft[8] - ttft[7]))
        self.assertEqual(results["time_to_first_token"]["max"], ttft[-1])

    def test_the_output_of_2023_that_exists(self):
        """A real file: 107 requests."""
        place = self.copy(OF_2023)
        shutil.copyfile(SHARED / "data/llm-load-test/output.json", place / OUTPUT)
        results = self.parse("tests")[0][0]["results"]
        self.assertEqual(len(results["time_per_output_token"]["values"]), 107)
        self.assertGreater(results["throughput"], 0)

    def test_no_request_in_time(self):
        """llm-load-test's summary stays empty: no payload, and it is said what is missing."""
        _, log = self.change(STREAMING, lambda output: output.update(summary={}), code=102)
        self.assertRegex(log, r"(?m)^ERROR \| t: lts-error: /results/throughput: .*output\.json")

    def test_failed_requests_have_no_latency(self):
        def fail(output):
            output["results"][0].update(tpot=None, itl=None, ttft=None, error_code=13, error_text="gone")
            output["results"][1].update(itl=0)
        payloads, _ = self.change(STREAMING, fail)
        counts = [len(payloads[0]["results"][name]["values"]) for name in ("time_per_output_token", "inter_token_latency")]
        self.assertEqual(counts, [7, 6])

    def test_no_output(self):
        (self.copy(STREAMING) / OUTPUT).unlink()
        _, _, log = self.parse("tests", code=102)
        self.assertRegex(log, r"(?m)^ERROR \| t: lts-error: /results/throughput: ")
        self.assertNotIn("workload.lua:", log)

    def test_pods_as_yaml(self):
        place = self.copy(STREAMING) / CAPTURE
        (place / "pods.json").rename(place / "pods.yaml")  # JSON is YAML
        payloads, _, _ = self.parse("tests")
        self.assertEqual(payloads[0]["results"]["model_load_duration"], 42)

    def test_without_gpu_and_without_container(self):
        place = self.copy(STREAMING) / CAPTURE / "pods.json"
        pods = json.loads(place.read_text())
        pods["items"][0]["spec"]["containers"][1]["resources"] = {}
        place.write_text(json.dumps(pods))
        self.assertEqual(self.parse("tests")[0][0]["metadata"]["settings"]["accelerator_count"], 0)
        del pods["items"][0]["spec"]["containers"][1]
        place.write_text(json.dumps(pods))
        self.assertIsNone(self.parse("tests")[0][0]["metadata"]["settings"]["accelerator_count"])


main()
