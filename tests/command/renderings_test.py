#!/usr/bin/env python3
"""All renderings of one set of verdicts have the same numbers, and numbers that stand beside each other belong together: a change is that from
the number that it is said to be held against, whatever decided: a level, a bound, a budget, with a method of another tool or without."""
import html.parser
import re
import xml.etree.ElementTree

from support import WORKLOAD_HEAD, CommandTest, main, night, small_test

NIGHTS = 14
WORKLOAD = WORKLOAD_HEAD % "renderings" + """\
  Settings: {gpu: int, version: str, run_id: str}
  Results: {stepped: float, creeping: float}
payload:
  metadata: {start: data.start, end: 'data["end"]', test_uuid: data.uuid, settings: {gpu: data.gpu, version: data.version, run_id: data.run_id}}
  results: {stepped: data.stepped, creeping: data.creeping}
kpis:
  stepped:        {help: By its level, unit: ms, better: lower, value: results.stepped}
  bounded:        {help: By a bound, unit: ms, better: lower, value: results.creeping, bounds: {max: 110}}
  creeping:       {help: By a budget, unit: ms, better: lower, value: results.creeping, budget: {relative: 0.05}}
  creeping_stdev: {help: By a budget beside a method, unit: ms, better: lower, value: results.creeping, budget: {relative: 0.05},
                   method: {name: stdev, deviations: 50}}
analyze: {comparison_keys: [version]}
"""


class Tables(html.parser.HTMLParser):
    """The tables of a page by the heading above them, as lists of rows of texts."""

    def __init__(self, page):
        super().__init__()
        self.tables, self.heading, self.text = {}, "", None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag == "h2":
            self.heading = dict(attrs).get("id")
        elif tag == "tr":
            self.tables.setdefault(self.heading, []).append([])
        elif tag in ("td", "th"):
            self.text = ""
        elif tag == "br" and self.text is not None:
            self.text += "\n"

    def handle_data(self, data):
        if self.text is not None:
            self.text += data

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.tables[self.heading][-1].append(self.text.strip())
            self.text = None


def number(text):
    return float(re.search(r"[-+]?[0-9][0-9,.]*", text)[0].replace(",", ""))


def markdown_rows(text):
    for line in text.splitlines():
        cells = [re.sub(r"\\(.)|`", r"\1", cell).strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 8 and cells[0].startswith("regression"):
            yield cells


class RenderingsTest(CommandTest):
    def setUp(self):
        super().setUp()
        (self.place / "w").mkdir()
        (self.place / "w/workload.yaml").write_text(WORKLOAD)
        for k in range(NIGHTS + 1):
            for gpu in 1, 2:
                for repetition in 1, 2:
                    wobble = (k * 7 + gpu * 3 + repetition) % 5 * .2
                    small_test(self.place / ("new" if k == NIGHTS else "old") / f"t{k}-{gpu}-{repetition}", settings={"night": k, "gpu": gpu, "n": repetition},
                               **night(k), gpu=gpu, stepped=100 + wobble + 12 * (k == NIGHTS), creeping=100 + wobble + 1.5 * k)
        self.matbench("upload_lts", "--workload=w", "--results_dirname=old", code=0)
        self.screen = self.matbench("analyze_lts", "--workload=w", "--results_dirname=new", "--markdown_dest=r.md", "--junit_dest=r.xml", code=1).out
        self.page = (self.place / "regression_report.html").read_text()
        self.kpis = {(entry["name"], kpi["name"]): kpi for entry in self.json("regression_verdicts.json")["entries"] for kpi in entry["kpis"]}

    def numbers(self, key):
        """What the change of a KPI is told of: value, against."""
        kpi = self.kpis[key]
        check = next((c for c in kpi["checks"] if c["check"] == kpi["decided_by"]), None)
        return (check["value"], check["reference"]) if check else (kpi["evidence"]["value"], kpi["evidence"]["level"]["centre"])

    def judge(self, key, value, against, change, p):
        exact = self.numbers(key)
        self.assertAlmostEqual(number(value) / exact[0], 1, 2, key)
        self.assertAlmostEqual(number(against) / exact[1], 1, 2, key)
        self.assertAlmostEqual(number(change), 100 * (exact[0] / exact[1] - 1), 1, key)
        corrected = self.kpis[key]["evidence"]["p_corrected"]
        self.assertEqual(p == "", corrected is None, key)
        if p:
            self.assertAlmostEqual(number(p), max(corrected, .0001), 2 if corrected >= .01 else 3, key)

    def test_they_agree(self):
        self.assertEqual({kpi["decided_by"] for kpi in self.kpis.values()}, {"level", "bound", "drift"})
        self.assertEqual({kpi["verdict"] for kpi in self.kpis.values()}, {"regression"})
        seen = {}
        tables = Tables(self.page).tables
        for verdict, name, change, value, against, p, *_ in (row for row in tables["incidents"] + tables["changes"] if len(row) > 6):
            if verdict == "verdict":
                continue  # its head
            kpi, entry = name.split("\n")
            key = (entry.split(" ", 1)[1], kpi)
            self.assertNotIn(key, seen, "told twice")
            seen[key] = (value, against, change, p)
            self.judge(key, *seen[key])
        self.assertEqual(set(seen), set(self.kpis))
        rows = {(entry, kpi): (value.removesuffix(" (newest runs)"), against, change, p)
                for _, kpi, entry, value, against, change, _, p in markdown_rows((self.place / "r.md").read_text())}
        self.assertEqual(rows, seen)

    def test_junit(self):
        cases = [(suite.get("name"), case.get("name"), case.find("failure").text) for suite in xml.etree.ElementTree.parse(self.place / "r.xml").getroot()
                 for case in suite.iter("testcase")]
        self.assertEqual({case[:2] for case in cases}, set(self.kpis))
        for entry, kpi, text in cases:
            lines = dict(line.split(": ", 1) for line in text.splitlines())
            told = re.fullmatch(r"(\S+ %), (.*) against (.*)", lines["change"])
            change, value, against = told.groups() if told else (lines["change"], lines["this run"], lines["level"])
            value, against, change = number(value), number(against), number(change)
            self.assertAlmostEqual(change, 100 * (value / against - 1), delta=.15, msg=(entry, kpi))
            self.assertAlmostEqual(change, 100 * (self.numbers((entry, kpi))[0] / self.numbers((entry, kpi))[1] - 1), 1)

    def test_tables_of_the_screen(self):
        rows = [line.split() for line in self.screen.splitlines() if re.match(r"  stepped +[0-9]", line)]
        self.assertEqual(len(rows), 4)
        for row in rows:
            level, value, change = number(row[1]), number(row[4]), number(row[6])
            self.assertAlmostEqual(change, 100 * (value / level - 1), delta=.15, msg=row)

    def test_a_reference_is_not_the_level_of_a_method(self):
        for (_, name), kpi in self.kpis.items():
            self.assertEqual(kpi["evidence"]["level"]["points"] == 0, name == "creeping_stdev", name)
        part = self.page[self.page.index('<h3 id="entry-1-creeping_stdev"'):self.page.index('<h2 id="entry-2"')]
        self.assertNotIn("held against", part)
        self.assertEqual(self.page.count("held against 1.0…"), 12)

    def test_history_is_counted_once(self):
        counts = re.search("What it was compared with: ([0-9]+) of ([0-9]+) records", self.page).groups()
        self.assertEqual(counts, (str(4 * NIGHTS),) * 2)


if __name__ == "__main__":
    main()
