#!/usr/bin/env python3
"""Tests of rewrite_settings on history: labels are compared as the workload of today would have written them."""
import json
import shutil

from support import CommandTest, main


class RewriteTest(CommandTest):
    """rewrite_settings holds for the labels of history as for the settings of tests."""

    def workload(self, label, more=""):
        (self.place / "w").mkdir(exist_ok=True)
        (self.place / "w/f.lua").write_text(
            "function newer(settings)\n  if settings.site == 'old' then return nil end\n  return settings\nend\n"
            "function fails(settings)\n  return settings.nothing.at_all\nend\n")
        (self.place / "w/workload.yaml").write_text(f"""\
workload: w
schema_version: "1.0"
lua: f.lua
parse_once:
  data: {{json: data.json}}
models:
  Settings: {{{label}: int, site: str, run_id: str}}
  Results: {{speed: float}}
payload:
  metadata: {{start: data.start, end: data.start, test_uuid: data.uuid, settings: {{{label}: settings.{label}, site: settings.site, run_id: data.uuid}}}}
  results: {{speed: data.speed}}
kpis:
  speed: {{help: How fast, unit: items/s, better: higher, value: results.speed}}
{more}""")

    def night(self, k, label, site="here"):
        place = self.place / f"night-{k}"
        place.mkdir(parents=True)
        (place / "settings.yaml").write_text(f"{label}: 8\nsite: {site}\n")
        (place / "exit_code").write_text("0")
        uuid = f"6f8c61d9-6150-435c-9a8d-3a2ac4b9{k:04d}"
        (place / "data.json").write_text(json.dumps({"speed": 100 + k % 3, "start": f"2025-03-{k:02d}T10:00:00", "uuid": uuid}))
        return f"night-{k}"

    def history(self, sites=("here",) * 8):
        self.workload("gpus")
        for k, site in enumerate(sites, 1):
            self.matbench("upload_lts", "--workload=w", f"--results_dirname={self.night(k, 'gpus', site)}", code=0)

    def compared(self, **keywords):
        done = self.matbench("analyze_lts", "--workload=w", f"--results_dirname={self.night(20, 'gpus')}", "--verdicts_dest=v.json", **keywords)
        return self.kpi("speed", file="v.json") if keywords.get("code") == 0 else done

    def test_rename(self):
        self.history()
        self.assertEqual(self.renamed(""), "no history")
        shutil.rmtree(self.place / "night-20")
        self.assertEqual(self.renamed("rewrite_settings: {rename: {gpus: gpu}}\n"), "ok")

    def renamed(self, more):
        self.workload("gpu", more)
        label = "gpus" if more else "gpu"
        self.matbench("analyze_lts", "--workload=w", f"--results_dirname={self.night(20, label)}", "--verdicts_dest=v.json", code=0)
        return self.kpi("speed", file="v.json")["verdict"]

    def test_set(self):
        self.history(("old",) * 4 + ("older",) * 4)
        self.workload("gpus", "rewrite_settings: {set: {site: \"'here'\"}}\n")
        self.assertEqual(self.compared(code=0)["verdict"], "ok")

    def test_drop(self):
        self.history(("old",) * 4 + ("older",) * 4)
        self.workload("gpus")
        self.assertEqual(self.compared(code=0)["verdict"], "no history")
        shutil.rmtree(self.place / "night-20")
        self.workload("gpus", "rewrite_settings: {set: {site: \"'here'\"}, lua: newer}\n")
        self.assertEqual(self.compared(code=0)["verdict"], "ok")

    def test_left_out(self):
        self.history(("old",) * 8)
        self.workload("gpus", "rewrite_settings: {lua: newer}\n")
        done = self.matbench("analyze_lts", "--workload=w", f"--results_dirname={self.night(20, 'gpus')}", code=0)
        self.assertIn("rewrite_settings leaves out 8 records of the history and 0 payloads", done.err)
        self.assertIn("0 records of history", done.out)

    def test_failing(self):
        self.history()
        self.workload("gpus", "rewrite_settings: {set: {site: \"settings.site or settings.a.b\"}, lua: newer}\n")
        self.assertEqual(self.compared(code=0)["verdict"], "ok")
        shutil.rmtree(self.place / "night-20")
        self.workload("gpus", "rewrite_settings: {set: {site: \"settings.run_id and settings.a.b or 'here'\"}}\n")
        done = self.compared(code=100) # fine for tests, which have no run_id; not for labels
        self.assertIn("rewrite_settings on the labels of 6f8c61d9-6150-435c-9a8d-3a2ac4b90020: w/workload.yaml:14:", done.err)


if __name__ == "__main__":
    main()
