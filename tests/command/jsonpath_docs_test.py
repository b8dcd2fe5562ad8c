"""jsonpath_docs_test.py MATBENCH: the examples of docs/workload.md give what is written there."""
import pathlib
import re
import subprocess
import sys

page = (pathlib.Path(__file__).parents[2] / "docs/workload.md").read_text()
section = page[page.index("\n## JSONPath"):]
section = section[:section.index("\n## ", 5)]
document = re.search(r"For this\s+document\n\n(.*?)\n\nthese\s+paths", section, re.DOTALL)[1]
rows = re.search(r"these\s+paths give\n\n(.*?)\n\n", section, re.DOTALL)[1]
passed = failed = 0
for row in rows.splitlines():
    path, wanted = re.fullmatch(r" {4}(\S.*?) {2,}(\[.*\])", row).groups()
    done = subprocess.run([sys.argv[1], "query", path], input=document, capture_output=True, text=True)
    right = (done.returncode, done.stdout, done.stderr) == (0, wanted + "\n", "")
    passed += right
    failed += not right
    if not right:
        print(f"not so: {row}\n{done.returncode} {done.stdout}{done.stderr}", file=sys.stderr)
if passed + failed < 15:
    print(f"{passed + failed} examples were found", file=sys.stderr)
    failed += 1
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
