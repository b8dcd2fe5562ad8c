#!/usr/bin/env python3
"""The caller (caller_test.py) with a server: TOPSAIL's post-test step writes .env.generated.yaml for a real OpenSearch behind TLS and a
password, and takes it away again."""
import json

import support
from caller_test import NIGHTS, CallerCase, write_history


class ServerTest(CallerCase):
    def setUp(self):
        super().setUp()
        self.server = self.tls_opensearch()
        self.results = self.golden("fms/tests")
        (self.place / "instance.yaml").write_text(json.dumps(self.server.env_keys() | {"instance": "smoke"}))

    def run_step(self, code, server="instance.yaml", **variables):
        said = self.step(self.results, code, MATBENCH_HISTORY="", MATBENCH_HTTP_ATTEMPTS="1", XDG_STATE_HOME=str(self.place / "state"),
                         SERVER=str(self.place / server), **variables)
        self.assertFalse(list((self.place / "cwd").iterdir()))
        return [line for line in said if line.startswith("step: ")]

    def load(self, factor):
        write_history(self.place / "history", self.payloads("fms/lts.json"), factor)
        self.matbench("history", "import", "--from=dir:history", "--workload_name=fine_tuning", f"--history={self.server.uri()}", code=0)

    def count(self):
        return len(self.server.documents())

    def test_first_run_then_a_second(self):
        self.assertEqual(self.run_step(0), ["step: download_lts 123", "step: analyze_lts 0", "step: upload_lts 0"])
        self.assertEqual(self.count(), 4)
        self.assertEqual(self.run_step(0), ["step: download_lts 0", "step: analyze_lts 0", "step: upload_lts 0"])
        self.assertEqual(self.count(), 4)

    def test_regression(self):
        self.load(1.3)
        before = self.count()
        self.assertEqual(before, 4 * NIGHTS)
        said = self.run_step(1)
        self.assertEqual(said[:3], ["step: download_lts 0", "step: analyze_lts 1", "step: upload_lts 0"])
        self.assertEqual((self.artifacts / "FAILURE").read_text(), "An error happened during the post-processing (performance regression).\n")
        self.assertEqual(self.count(), before + 4)

    def test_no_change(self):
        self.load(1.0)
        self.assertEqual(self.run_step(0), ["step: download_lts 0", "step: analyze_lts 0", "step: upload_lts 0"])

    def test_trouble(self):
        """A password that is not taken, a server that is not there, an instance that is not known: recorded, and the pages are drawn."""
        keys = self.server.env_keys()
        rows = (("wrong", keys | {"opensearch_password": "wrong"}, ["download_lts 111", "analyze_lts 0", "not uploaded"]),
                ("away", keys | {"opensearch_port": 1}, ["download_lts 110", "analyze_lts 0", "not uploaded"]))
        for name, instance, said in rows:
            (self.place / name).write_text(json.dumps(instance))
            self.assertEqual(self.run_step(1, name)[:3], ["step: " + line for line in said])
            self.assert_files("reports_index.html")
        self.assertEqual(self.run_step(1, "absent")[0], "step: the instance is not known")
        self.run_step(0, "absent", FAIL_ON_UPLOAD="false", FAIL_ON_REGRESSION="false")
        self.assertEqual(self.count(), 0)


if __name__ == "__main__":
    support.main()
