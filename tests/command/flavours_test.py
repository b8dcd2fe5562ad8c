#!/usr/bin/env python3
"""Tests of the workloads that are flavours or templates: fine_tuning (fms_hf_tuning), ilab_training, ray_benchmark, skeleton. Their
payloads are held against files that the Python tool made, and against payloads that stand here, written by hand."""
import json
import shutil

from support import SHARED, SOURCE, CommandTest, copy_of, main

WORKLOADS = SOURCE / "workloads"
PYTHON = SOURCE / "tests/python"
GOLDEN = SHARED / "data/python-golden"
CAPTURE = "000__cluster__capture_environment"
JOB = "001__fine_tuning__run_fine_tuning_job"
RAY = "001__fine_tuning__ray_fine_tuning_job"
FAMILY = "projects.fine_tuning.visualizations."


class FlavourTest(CommandTest):
    def parse(self, workload, results="tests", code=0, **keywords):
        """Returns the payloads, the matrix and what was logged."""
        done = self.matbench("parse", f"--workload={workload}", f"--results_dirname={results}", "--output_lts=lts.json",
                             "--output_matrix=matrix.json", code=code, **keywords)
        place = keywords.get("cwd", self.place)
        return json.loads((place / "lts.json").read_text()), json.loads((place / "matrix.json").read_text()), done.err

    def example(self, workload, test, to="000__test"):
        """A copy of one of the example's tests, to be changed."""
        shutil.copytree(WORKLOADS / workload / "example" / test, self.place / "tests" / to)
        return self.place / "tests" / to

    def edit(self, path, *changes):
        text = path.read_bytes().decode()
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, new)
        path.write_bytes(text.encode())


class PythonTest(FlavourTest):
    """Equal to what the Python tool made, under the names by which its callers know the workloads."""
    SETS = (("ilab", "tests", "", FAMILY + "ilab_training", 2), ("fms", "tests", "", FAMILY + "fms_hf_tuning", 4),
            ("fms", "tests_small", "small_", "fms_hf_tuning", 6),
            ("skeleton", "tests", "", "projects.skeleton.visualizations.skeleton", 2))

    def test_golden(self):
        for folder, tests, prefix, workload, count in self.SETS:
            with self.subTest(folder=folder, tests=tests):
                golden = GOLDEN / folder
                work = self.place / (folder + tests)
                work.mkdir()
                copy_of(golden / tests, work / tests, copy_function=shutil.copyfile)  # parsing leaves caches in it
                ours, our_matrix, _ = self.parse(workload, tests, cwd=work)
                theirs, their_matrix = (json.loads((golden / (prefix + n)).read_text()) for n in ("lts.json", "matrix.json"))
                self.assertEqual(len(theirs), count)
                their_matrix.sort(key=lambda entry: entry["location"])
                order = [entry["results"]["lts"]["metadata"]["test_uuid"] for entry in their_matrix]
                theirs.sort(key=lambda payload: order.index(payload["metadata"]["test_uuid"]))
                self.assertEqual(ours, theirs)
                for a, b in zip(ours, theirs):
                    self.assertEqual(a["metadata"]["config"].encode(), b["metadata"]["config"].encode())
                for a, b in zip(our_matrix, their_matrix, strict=True):
                    self.assertEqual(set(a), set(b))
                    self.assertEqual(len(a), 8)
                    for name in "location", "settings", "exit_code":
                        self.assertEqual(a[name], b[name], name)
                    self.assertEqual(a["results"]["lts"], b["results"]["lts"])

    def test_examples(self):
        for workload in "ilab_training", "skeleton":
            for zone in "UTC", "America/New_York": # times without a zone are UTC, wherever it runs
                self.assertEqual(self.parse(workload, WORKLOADS / workload / "example", env={"TZ": zone})[0],
                                 json.loads((PYTHON / f"{workload}.lts.json").read_text()))

    def test_ray(self):
        (self.place / "example").symlink_to(WORKLOADS / "ray_benchmark/example")
        self.matbench("parse", f"--workload={FAMILY}ray_benchmark", "--results_dirname=example", "--output_matrix=matrix.json", code=0)
        theirs = json.loads((PYTHON / "ray_benchmark.matrix.json").read_text())
        for a, b in zip(self.json("matrix.json"), theirs, strict=True):
            self.assertEqual(set(a), set(b))
            for name in "location", "settings", "exit_code", "import_settings":
                self.assertEqual(a[name], b[name], name)
            self.assertEqual({name: a["results"][name] for name in b["results"]}, b["results"])
            self.assertNotIn("lts", a["results"])


class NamesTest(FlavourTest):
    def test_family(self):
        for command in "parse", "upload_lts", "analyze_lts", "ci":
            done = self.matbench(command, f"--workload={FAMILY}fine_tuning", "--results_dirname=.", code=100)
            self.assertIn("use one of its flavours: fms_hf_tuning, ilab_training, ray_benchmark", done.err)
            self.assertEqual(done.out, "")

    def test_check_is_clean(self):
        for workload in "ilab_training", "ray_benchmark", "skeleton":
            done = self.matbench("check", workload, WORKLOADS / workload / "example", code=0)
            self.assertEqual(done.err, "")
            for word in "note:", "violation:", "broken":
                self.assertNotIn(word, done.out)

    def test_no_payloads(self):
        results = f"--results_dirname={WORKLOADS / 'ray_benchmark/example'}"
        for arguments in (["parse", results, "--output_lts=x"], ["parse", results, "--output_kpis=x"], ["upload_lts", results],
                          ["analyze_lts", results], ["generate_lts_schema", "--file=x"]):
            done = self.matbench(*arguments, "--workload=ray_benchmark", code=100)
            self.assertEqual(done.err, "ERROR | workload 'ray_benchmark' has no LTS payloads (lts: none)\n")
        self.assertEqual(self.names(), ["FAILURE"])  # of analyze_lts
        self.matbench("ci", results, "--workload=ray_benchmark", "--novisualize", code=0)
        self.assertEqual(self.names(), ["0_matbench_parse.log", "internal_matrix.json", "outcome.json"])


def fms_log(**figures):
    found = {"train_runtime": 100.0, "train_samples_per_second": 2.5, "train_steps_per_second": 0.5, "train_tokens_per_second": 306.5,
             "train_loss": 1.25, "epoch": 1.0} | figures
    text = ", ".join(f"'{name}': {value}" for name, value in found.items())
    return ("dataset stats: {\"total_tokens\": 50000, \"total_samples\": 250, \"avg_tokens_per_sample\": 200, \"max_seq_token\": 512}\n"
            "{'loss': 7.3438, 'grad_norm': 173.0, 'learning_rate': 9.755282581475769e-06, 'epoch': 0.5}\n"
            "{'loss': nan, 'grad_norm': nan, 'learning_rate': 0.0, 'epoch': 1.0}\n{" + text + "}\n")


URLS = "periodic-ci-example-perf-topsail-main-ilab-gating/1957671902507959214/"
FMS_SETTINGS = {
    "kpi_settings_version": "1.0", "ocp_version": "4.17.12", "rhoai_version": "2.22.0-rc2+2025-08-12",
    "container_image": "fms-hf-tuning:v2.8.2", "instance_type": "p4de.24xlarge", "model_name": "ibm/tiny", "tuning_method": "full",
    "accelerator_type": "NVIDIA-A100-SXM4-80GB", "replicas": 1, "accelerators_per_replica": 2, "accelerator_count": 2,
    "per_device_train_batch_size": 4, "batch_size": 8, "max_seq_length": 512, "lora_rank": None, "lora_alpha": None,
    "lora_dropout": None, "lora_modules": None, "dataset_name": "alpaca.json", "dataset_replication": 1,
    "ci_engine": "OPENSHIFT_CI", "run_id": URLS + "ilab-gating", "test_path": "002__test_ci/000__matbenchmarking/ilab/000__granite-7b",
    "urls": {"PROW_JOB": f"https://prow.ci.openshift.org/view/gs/test-platform-results/logs/{URLS}",
             "PROW_ARTIFACTS": f"https://gcsweb-ci.apps.ci.l2s4.p1.openshiftapps.com/gcs/test-platform-results/logs/{URLS}artifacts/"
                               "ilab-gating/topsail-run/test/002__test_ci/000__matbenchmarking/ilab/000__granite-7b"}}
FMS_RESULTS = {"train_tokens_per_second": 613.0, "dataset_tokens_per_second": 500.0, "gpu_hours_per_million_tokens": 1.1111111111111112,
               "train_samples_per_second": 2.5, "train_steps_per_second": 0.5, "train_runtime": 100.0,
               "train_tokens_per_gpu_per_second": 306.5, "dataset_tokens_per_second_per_gpu": 250.0, "avg_tokens_per_sample": 200}
FMS_BETTER = {"train_tokens_per_second": False, "dataset_tokens_per_second": False, "gpu_hours_per_million_tokens": True,
              "train_samples_per_second": False, "train_steps_per_second": False, "train_runtime": True,
              "train_tokens_per_gpu_per_second": False, "dataset_tokens_per_second_per_gpu": False}
FMS_METADATA = {"lts_schema_version": "1.0", "start": "2025-08-19T05:12:08", "end": "2025-08-19T05:12:57",
                "presets": ["ilab", "release_gating"], "ocp_version": "4.17.12", "exit_code": 0}
LORA = {"peft_method": "lora", "r": 8, "lora_alpha": 16, "lora_dropout": 0.05, "target_modules": ["v_proj", "k_proj"]}
LORA_SETTINGS = {"tuning_method": "lora", "lora_rank": 8, "lora_alpha": 16, "lora_dropout": 0.05, "lora_modules": "k_proj, v_proj"}


class FmsTest(FlavourTest):
    """Payloads of odd tests, stated by hand."""

    def fms(self, directory="000__test", uuid="6f8c61d9-6150-435c-9a8d-3a2ac4b997f5", image="v2.8.2", replication=1, log=None, **config):
        place = self.example("ilab_training", "000__granite-7b", directory)
        job = f"fine_tuning_run_fine_tuning_job_"
        values = {"container_image": f"quay.io/modh/fms-hf-tuning:{image}", "dataset_name": "alpaca.json", "model_name": "ibm/tiny",
                  "dataset_replication": replication, "gpu": 2}
        play = "".join(f"    {job}{name}: {value}\n" for name, value in values.items())
        (place / JOB / "_ansible.play.yaml").write_text(f"- name: p\n  vars:\n{play}")
        config = {"peft_method": "none", "per_device_train_batch_size": 4, "max_seq_length": 512} | config
        (place / JOB / "src/config_final.json").write_text(json.dumps(config))
        (place / JOB / "artifacts/pod.log").write_text(log or fms_log())
        (place / ".uuid").write_text(uuid + "\n")
        settings = {"name": directory, "gpu": 2, "image": image} | {f"hyper_parameters.{k}": str(v) for k, v in config.items()}
        (place / "settings.yaml").write_text(json.dumps(settings | {"hyper_parameters.raw_lists": "[1, 2]"}))
        return place

    def assert_payload(self, payload, settings={}, results={}, metadata={}, uuid="6f8c61d9-6150-435c-9a8d-3a2ac4b997f5"):
        """Every member of the payload, but for the text of the configuration."""
        found = dict(payload["metadata"])
        self.assertTrue(found.pop("config").startswith("ci_presets:\n    name: null\n"))
        self.assertEqual(found.pop("settings"), FMS_SETTINGS | settings)
        self.assertEqual(found, FMS_METADATA | {"test_uuid": uuid} | metadata)
        self.assertEqual(payload["results"], FMS_RESULTS | results)
        self.assertEqual(set(payload["kpis"]), set(FMS_RESULTS))
        for name, kpi in payload["kpis"].items():
            self.assertEqual(kpi["value"], (FMS_RESULTS | results)[name])
            self.assertEqual(kpi.get("lower_better", None), FMS_BETTER.get(name))
            self.assertEqual((kpi["@timestamp"], kpi["test_uuid"]), ("2025-08-19T05:12:08.000000Z", uuid))
            self.assertLessEqual((FMS_SETTINGS | settings).items(), kpi.items())
        self.assertEqual(set(payload), {"metadata", "results", "kpis"})

    def test_nan_loss(self):
        self.fms(log=fms_log(train_loss="nan"))
        payloads, matrix, err = self.parse("fine_tuning")
        self.assert_payload(payloads[0])
        self.assertIn("2 numbers are NaN or infinite (read as null)", err)
        self.assertNotIn("hyper_parameters.raw_lists", matrix[0]["settings"])
        self.assertEqual(matrix[0]["settings"]["hyper_parameters.peft_method"], "none")

    def test_nan_figure(self):
        self.fms(log=fms_log(train_samples_per_second="nan"))
        payloads, _, err = self.parse("fine_tuning", code=102)
        self.assertEqual(payloads, [])
        self.assertIn(f"lts-error: /results/train_samples_per_second: found null, expected a number; from {JOB}/artifacts/pod.log", err)

    def test_missing_uuid(self):
        self.fms()
        (self.fms("001__odd") / ".uuid").unlink()
        payloads, matrix, err = self.parse("fine_tuning", code=102)
        self.assertEqual(len(payloads), 1)
        self.assert_payload(payloads[0])
        self.assertIn("001__odd: lts-error: /metadata/test_uuid: found null, expected a string; because .uuid was not found", err)
        self.assertEqual([entry["location"] for entry in matrix], ["tests/000__test", "tests/001__odd"])

    def test_two_gpu_types(self):
        nodes = self.fms() / CAPTURE / "nodes.json"
        found = json.loads(nodes.read_text())
        worker = found["items"][1]
        for product in "NVIDIA-H100-80GB-HBM3", "AMD-Instinct", "NVIDIA-A100-SXM4-80GB":
            other = json.loads(json.dumps(worker))
            other["metadata"]["name"] += product
            other["metadata"]["labels"]["nvidia.com/gpu.product"] = product
            found["items"].insert(0, other)
        nodes.write_text(json.dumps(found))
        self.assert_payload(self.parse("fine_tuning")[0][0],
                            {"accelerator_type": "AMD-Instinct|NVIDIA-A100-SXM4-80GB|NVIDIA-H100-80GB-HBM3"})

    def test_replication(self):
        self.fms(replication=0.2)
        self.assert_payload(self.parse("fine_tuning")[0][0], {"dataset_replication": 0.2})

    def test_exit_code_and_presets(self):
        place = self.fms()
        (place / "exit_code").write_text("3\n")
        for names in "null", "[]":
            text = (place / "config.yaml").read_text()
            (place / "config.yaml").write_text(text.replace("[ilab, release_gating]", names))
            self.assert_payload(self.parse("fine_tuning")[0][0], metadata={"exit_code": 3, "presets": ["no_preset_defined"]})
            (place / "config.yaml").write_text(text)

    def test_lora_and_full(self):
        uuids = ["6f8c61d9-6150-435c-9a8d-3a2ac4b997f5", "12c213e0-1158-4ae0-919a-363285643868"]
        self.fms("000__full", uuids[0])
        self.fms("001__lora", uuids[1], **LORA)
        payloads, matrix, _ = self.parse("fine_tuning")
        self.assert_payload(payloads[0], uuid=uuids[0])
        self.assert_payload(payloads[1], LORA_SETTINGS, uuid=uuids[1])
        self.assertIsNone(matrix[0]["settings"]["hyper_parameters.r"])
        self.assertEqual(matrix[1]["settings"]["hyper_parameters.r"], "8")
        self.matbench("ci", "tests", "--workload=fine_tuning", code=0)
        shutil.rmtree(self.place / "tests")
        for k, (name, more) in enumerate((("000__full", {}), ("001__lora", LORA))):
            self.fms(name, f"6f8c61d9-6150-435c-9a8d-3a2ac4b997{k}0", "v2.9.0", **more)
        self.matbench("ci", "tests", "--workload=fine_tuning", code=0)
        entries = self.json("regression_verdicts.json")["entries"]
        self.assertEqual(len(entries), 2)
        for entry in entries: # each is held against the one of its kind
            self.assertEqual({kpi["verdict"] for kpi in entry["kpis"]} - {"not analysed"}, {"cannot tell"}, entry)


class IlabTest(FlavourTest):
    LOG = f"{JOB}/artifacts/pod.log"
    EXAMPLE = 192 / 7.6 # samples from the first record to the last, in its seconds

    def setUp(self):
        super().setUp()
        self.test = self.example("ilab_training", "000__granite-7b")
        self.log = (self.test / self.LOG).read_bytes().decode()

    def written(self, log, code=0):
        """The throughput in the payload, or None; the parsed values; the log."""
        (self.test / self.LOG).write_bytes(log.encode())
        payloads, matrix, err = self.parse("ilab_training", code=code)
        if not payloads:
            return None, matrix[0]["results"], err
        value = payloads[0]["results"]["average_throughput"]
        self.assertEqual(payloads[0]["results"], {"average_throughput": value})
        self.assertEqual(payloads[0]["kpis"]["average_throughput"]["value"], value)
        self.assertEqual(payloads[0]["kpis"]["average_throughput"]["lower_better"], False)
        return value, matrix[0]["results"], err

    def test_whole(self):
        value, parsed, err = self.written(self.log)
        self.assertEqual((value, parsed["torchrun_exec_time"], len(parsed["progress"])), (self.EXAMPLE, 0.7, 4))
        self.assertEqual(parsed["progress"][3]["timestamp"], "2025-08-19T05:14:07.850000")
        self.assertNotIn("WARNING", err)

    def test_no_torchrun(self):
        value, parsed, _ = self.written("".join(l for l in self.log.splitlines(True) if "FINISHED" not in l))
        self.assertEqual((value, parsed["torchrun_exec_time"]), (self.EXAMPLE, None))

    def test_torchrun_elsewhere_in_the_line(self):
        value, parsed, _ = self.written(self.log.replace("TORCHRUN FINISHED", "x TORCHRUN FINISHED"))
        self.assertEqual((value, parsed["torchrun_exec_time"]), (self.EXAMPLE, None))

    def test_cut(self):
        value, parsed, err = self.written(self.log[:self.log.rindex('"samples_seen"')])
        self.assertEqual((value, len(parsed["progress"])), (25.6, 3)) # 128 samples in 5 s
        self.assertIn("1 pieces that begin with '[92m' do not end (left out), the first at line", err)

    def test_one_record(self):
        end = self.log.index("\x1b[0m") + 4
        value, parsed, _ = self.written(self.log[:end])
        self.assertEqual((value, len(parsed["progress"])), (0.0, 1))

    def test_records_on_one_line(self):
        parts = self.log.split("\x1b[92m")
        log = "\x1b[92m".join([parts[0]] + [p.split("\x1b[0m")[0].replace("\n", "") + "\x1b[0m" + p.split("\x1b[0m")[1] for p in parts[1:]])
        self.assertNotEqual(log, self.log)
        self.assertEqual(self.written(log)[0], self.EXAMPLE)
        self.assertEqual(self.written(log.replace("\n", "\r\n"))[0], self.EXAMPLE)

    def test_no_record(self):
        value, parsed, err = self.written("TORCHRUN FINISHED after 42 seconds | exit code 1\n", 102)
        self.assertEqual((value, parsed["torchrun_exec_time"], parsed["progress"]), (None, 0.7, []))
        self.assertIn(f"lts-error: /results/average_throughput: found null, expected a number; from {self.LOG}", err)

    def test_broken_record(self):
        value, _, err = self.written(self.log.replace('"step": 2,', '"step": ,'), 102)
        self.assertIsNone(value)
        self.assertIn(f"'progress': {self.LOG}:20:13: expected a value", err)
        value, _, err = self.written(self.log.replace("2025-08-19T05:14:07.850000", "soon"), 102)
        self.assertIsNone(value)
        self.assertIn("timestamp: expected a time as 2024-11-16T07:06:54.421224", err)


class RayTest(FlavourTest):
    def metrics(self, test, *edits):
        place = self.example("ray_benchmark", test)
        for path, *changes in edits:
            self.edit(place / RAY / path, *changes)
        done = self.matbench("parse", "--workload=ray_benchmark", "--results_dirname=tests", "--output_matrix=matrix.json")
        return self.json("matrix.json")[0]["results"]["ray_metrics"], done

    def test_iperf_without_lines(self):
        found, done = self.metrics("000__iperf", ("artifacts/job_pod.log", ("[ ID]", "[id]")))
        self.assertEqual((found, done.code), ({"summary": {}, "progress": []}, 0))

    def test_iperf_with_one_table(self):
        found, done = self.metrics("000__iperf", ("artifacts/job_pod.log", ("- - -\n[ ID] ", "- - -\n")))
        self.assertEqual((found, done.code), ({"summary": {}, "progress": []}, 0))

    def test_iperf_wrong_line(self):
        found, done = self.metrics("000__iperf", ("artifacts/job_pod.log", ("6.47 Gbits/sec", "many")))
        self.assertEqual((found, done.code), (None, 101))
        self.assertIn("expected a bitrate as 6.66 Gbits/sec", done.err)

    def test_overhead(self):
        found, done = self.metrics("001__network-overhead", ("artifacts/job_pod.log", ("--- PASSED", "+++")))
        self.assertEqual((found, done.code), ({"summary": {}, "progress": []}, 0))
        shutil.rmtree(self.place / "tests")
        found, done = self.metrics("001__network-overhead", ("artifacts/job_pod.log", ("305.49", "long")))
        self.assertEqual((found, done.code), (None, 101))
        self.assertIn("expected a time in seconds after ':::'", done.err)

    def test_flavor(self):
        for new in "flavor: other", "other: iperf", "flavor: [1]":
            with self.subTest(new):
                found, done = self.metrics("000__iperf", ("_ansible.play.yaml", ("flavor: iperf", new)))
                self.assertEqual((found, done.code), (None, 101))
                self.assertIn("expected iperf or network_overhead", done.err)
                shutil.rmtree(self.place / "tests")

    def test_no_log(self):
        place = self.example("ray_benchmark", "000__iperf")
        (place / RAY / "artifacts/job_pod.log").unlink()
        done = self.matbench("parse", "--workload=ray_benchmark", "--results_dirname=tests", "--output_matrix=matrix.json", code=0)
        self.assertIn(f"{RAY}/artifacts/job_pod.log: not found", done.err)
        self.assertIsNone(self.json("matrix.json")[0]["results"]["ray_metrics"])


class SkeletonTest(FlavourTest):
    IDLE = "Sutest Control Plane Node CPU idle"

    def setUp(self):
        super().setUp()
        self.test = self.example("skeleton", "000__skeleton")
        self.file = self.test / f"metrics/{self.IDLE}.json"

    def written(self, text, code=0):
        self.file.write_text(text)
        payloads, _, err = self.parse("skeleton", code=code)
        return payloads[0]["results"]["metrics"][self.IDLE] if payloads else None, err

    def test_payload(self):
        before = sorted(p.relative_to(self.test) for p in self.test.rglob("*"))
        found, err = self.written(json.dumps([{"metric": {"mode": "idle", "instance": "a"}, "values": [[1755583320, "0.5"], [1755583350, "1"]]}]))
        self.assertEqual(found, [{"metric": {"mode": "idle", "instance": "a"}, "values": {"1755583320": 0.5, "1755583350": 1.0}}])
        kpi = self.json("lts.json")[0]["kpis"]["skeleton_kpi_time"]
        self.assertEqual((kpi["value"], kpi["unit"], "lower_better" in kpi), (42, "s", False))
        self.assertEqual(sorted(p.relative_to(self.test) for p in self.test.rglob("*")), before) # nothing is written there

    def test_no_series(self):
        self.assertEqual(self.written("[]")[0], [])

    def test_empty_file(self):
        found, err = self.written("", 102)
        self.assertIsNone(found)
        self.assertIn(f"lts-error: payload: found a broken artifact", err)
        self.assertIn(f"metrics/{self.IDLE}.json", err)

    def test_nan(self):
        found, err = self.written('[{"metric": {}, "values": [[1, "NaN"], [2, "0.5"], [3, "+Inf"], [4, "-Inf"]]}]')
        self.assertEqual(found, [{"metric": {}, "values": {"2": 0.5}}])
        self.assertIn(f"metrics/{self.IDLE}.json: 3 samples are NaN or infinite (left out)", err)

    def test_missing_file(self):
        self.file.unlink()
        payloads, _, err = self.parse("skeleton", code=102)
        self.assertEqual(payloads, [])
        self.assertIn(f"lts-error: /results/metrics/{self.IDLE}: found null, expected an array; because metrics/{self.IDLE}.json was not found\n", err)
        self.assertEqual(err.count("lts-error"), 1)

    def test_no_metrics(self):
        shutil.rmtree(self.test / "metrics")
        payloads, _, err = self.parse("skeleton", code=102)
        self.assertEqual(payloads, [])
        self.assertEqual(err.count(": metrics: not found"), 1)
        self.assertEqual(err.count("; because metrics was not found"), 1)


if __name__ == "__main__":
    main()
