"""Every call that a history on OpenSearch makes carries a signature of AWS that is right: a proxy before the real server computes each anew
and refuses what differs, as Amazon does."""
import json
import types

import support

import aws
import fault_proxy as fp

SECRET, REGION = "a-secret-of-this-test", "eu-west-1"


class AwsTest(support.CommandTest):
    def setUp(self):
        super().setUp()
        self.server = self.opensearch("plain")
        self.proxy = self.enterContext(fp.FaultProxy(self.server.host, self.server.port))
        self.proxy.fault = self.judge
        self.calls, self.wrong, self.service = set(), [], "es"
        self.uri = f"opensearch+http://127.0.0.1:{self.proxy.port}/{self.server.index}"
        support.small_workload(self.place / "w")
        for i in range(3):
            support.small_test(self.place / f"tests/{i}", 10.0 + i, version=f"1.{i}", start=f"2025-03-0{i + 1}T10:00:00")

    def judge(self, exchange):
        path, _, query = exchange.path.partition("?")
        request = types.SimpleNamespace(method=exchange.method, path=path, query=query, headers=exchange.headers, body=exchange.body)
        trouble = aws.verify(request, SECRET, REGION, self.service)
        self.calls.add(f"{exchange.method} {path.replace(self.server.index, 'INDEX')}")
        if trouble:
            self.wrong.append(trouble)
            return fp.Answer(403, body={"message": "The request signature we calculated does not match the signature you provided."})
        exchange.headers.pop("authorization")  # the node behind it knows no such thing
        return None

    def let_in(self, service):
        self.service = service
        path = self.place / "login.yaml"
        path.touch(mode=0o600)
        path.write_text(json.dumps([{"url": f"http://127.0.0.1:{self.proxy.port}",
                                     "aws": {"region": REGION, "service": service, "access_key": aws.KEY, "secret_key": SECRET}}]))
        self.access = {"MATBENCH_CREDENTIALS": str(path), "MATBENCH_SPOOL": str(self.place / "spool")}

    def push(self, *arguments):
        return self.matbench("upload_lts", "--workload=w", "--results_dirname=tests", f"--history={self.uri}", *arguments, code=0).err

    def test_every_call(self):
        self.let_in("es")
        self.assertIn("3 added, 0 replaced, 0 there already", self.push())
        self.assertIn("0 added, 0 replaced, 3 there already", self.push("--upload_by_kpi"))
        data = self.place / "tests/1/data.json"
        data.write_text(data.read_text().replace("11.0", "12.0"))
        self.assertIn("0 added, 1 replaced, 2 there already", self.push())
        self.matbench("analyze_lts", "--workload=w", "--results_dirname=tests", f"--history={self.uri}", code=0)
        self.assertIn("3 added", self.matbench("download_lts", f"--history={self.uri}", "--lts_results_dirname=lts", code=0).err)
        self.matbench("history", "list", f"--history={self.uri}", code=0)
        key = json.loads(data.read_text())["uuid"]
        self.assertIn(key, self.matbench("history", "show", key, f"--history={self.uri}", code=0).out)
        self.assertEqual(self.wrong, [])
        self.assertEqual(self.calls & {"GET /INDEX", "HEAD /INDEX.speed", "PUT /INDEX", "PUT /INDEX.speed", "POST /INDEX/_mget", "POST /INDEX/_bulk", "POST /_bulk", "POST /INDEX/_refresh",
                                       "POST /INDEX/_search/point_in_time", "POST /_search", "DELETE /_search/point_in_time"},
                         self.calls - {"POST /INDEX/_search", "POST /INDEX/_count", "POST /INDEX.seconds_per_item/_refresh", "POST /INDEX.speed/_refresh",
                                       f"GET /INDEX/_doc/{key}", "HEAD /INDEX.seconds_per_item", "PUT /INDEX.seconds_per_item"})
        self.assertIn("DELETE /_search/point_in_time", self.calls)
        self.assertEqual(self.server.points_in_time(), [])

    def test_a_wrong_key_is_111(self):
        self.let_in("es")
        login = self.place / "login.yaml"
        login.write_text(login.read_text().replace(SECRET, "another"))
        done = self.matbench("history", "list", f"--history={self.uri}", code=111)
        self.assertIn("403 Forbidden: The request signature we calculated does not match", done.err)


if __name__ == "__main__":
    support.main()
