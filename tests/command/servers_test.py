"""The servers of the tests themselves: each way in lets the right ones in, and nobody else."""
import http.client
import json
import pathlib
import urllib.request

import support
from support import places


class Servers(support.CommandTest):
    def test_every_way_leads_to_the_same_node(self):
        """Each way of places.OVER writes and reads; without its login there is no way."""
        plain = self.opensearch("plain")
        for over in places.OVER:
            with self.subTest(over):
                place = self.opensearch(over)
                status, _ = place.call("PUT", f"/{place.index}/_doc/1?refresh=true", {"over": over})
                self.assertEqual(status, 201)
                self.assertEqual(plain.documents(place.index), {"1": {"over": over}})
                place.login = None
                place.over = ""
                expected = {"plain": 200, "client_certificate": 400}.get(over, 401)
                self.assertEqual(place.call("GET", "/")[0], expected)

    def test_an_index_goes_with_its_test(self):
        place = places.opensearch()
        place.call("PUT", f"/{place.index}.kpi", {})
        place.drop()
        self.assertEqual(place.call("GET", f"/{place.index}.kpi")[0], 404)

    def test_a_credentials_file_is_only_for_its_user(self):
        place = self.tls_opensearch()
        path = pathlib.Path(place.env["MATBENCH_CREDENTIALS"])
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        self.assertEqual(json.loads(path.read_text())[0]["password"], place.logins["password"])

    def test_prism_knows_horreum(self):
        with urllib.request.urlopen(self.prism() + "/api/user/roles") as answer:
            self.assertEqual(json.load(answer), ["string"])
        connection = http.client.HTTPConnection(self.prism().removeprefix("http://"))
        connection.request("POST", "/api/run/data", "{}", {"Content-Type": "application/json"})
        self.assertIn(connection.getresponse().status, (400, 422))
        connection.close()


if __name__ == "__main__":
    support.main()
