"""Simulated histories of a small workload: for the tests of what looks at whole histories, and for bench/. Standard library only.

As a program: simulated.py FOLDER RUNS SETS KPIS [SEED] writes FOLDER/w (the workload) and FOLDER/payloads.json, which
`matbench export --from=payloads.json --to=sqlite:history.db` takes.
"""
import datetime
import json
import pathlib
import random
import sys
import uuid

START = datetime.datetime(2025, 1, 1, 6, tzinfo=datetime.timezone.utc)


def workload(folder, kpis=("latency",), analyze="", rule=""):
    """KPIs in ms, lower is better; `rule`: further keys of each, `analyze`: further lines of that section."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    results = ", ".join(f"{k}: float" for k in kpis)
    values = ", ".join(f"{k}: data.{k}" for k in kpis)
    rows = "\n".join(f"  {k}: {{help: \"{k}\", unit: ms, better: lower, value: results.{k}{rule}}}" for k in kpis)
    (folder / "workload.yaml").write_text(f"""\
workload: simulated
schema_version: "1.0"
important_files: [data.json]
parse_once:
  data: {{json: data.json}}
models:
  Settings: {{mode: "Optional[str]", version: "Optional[str]", run_id: "Optional[str]"}}
  Results: {{{results}}}
payload:
  metadata:
    start: data.start
    end: data["end"]
    test_uuid: data.uuid
    settings: {{mode: settings.mode, version: data.version, run_id: data.run_id}}
  results: {{{values}}}
kpis:
{rows}
analyze:
  comparison_keys: [version]
{analyze}""")


def payload(run, values, mode="a", version=None, run_id=True, repetition=0):
    """`values`: {KPI: number}; runs are a day apart; `run_id`: True, None or a text."""
    start = START + datetime.timedelta(days=run, minutes=repetition)
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{run} {mode} {version} {repetition}"))
    settings = {"mode": mode, "version": version, "run_id": f"run-{run}" if run_id is True else run_id}
    return {"metadata": {"start": start.isoformat(), "end": (start + datetime.timedelta(hours=1)).isoformat(), "test_uuid": identity,
                         "settings": settings, "lts_schema_version": "1.0"},
            "results": values,
            "kpis": {k: {"help": k, "unit": "ms", "lower_better": True, "value": v, **settings, "timestamp": start.isoformat()}
                     for k, v in values.items()}}


def series(n, steps=(), seed=1, level=100.0, sd=1.0, rho=0.0):
    """Gaussian noise around a level; `steps`: (first run, by how much)."""
    chance, noise, values = random.Random(seed), 0.0, []
    for i in range(n):
        noise = rho * noise + chance.gauss(0, sd) * (1 - rho * rho) ** 0.5
        values.append(level + noise + sum(by for at, by in steps if i >= at))
    return values


def write(file, payloads):
    pathlib.Path(file).write_text(json.dumps(payloads))


def main():
    folder, runs, sets, kpis = pathlib.Path(sys.argv[1]), *map(int, sys.argv[2:5])
    seed = int(sys.argv[5]) if len(sys.argv) > 5 else 1
    names = [f"kpi{k}" for k in range(kpis)]
    workload(folder / "w", names)
    columns = {(s, k): series(runs, seed=seed * 100003 + s * 101 + i) for s in range(sets) for i, k in enumerate(names)}
    write(folder / "payloads.json", [payload(r, {k: columns[s, k][r] for k in names}, mode=f"set{s}") for r in range(runs) for s in range(sets)])


if __name__ == "__main__":
    main()
