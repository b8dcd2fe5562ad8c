#!/usr/bin/env python3
"""help_test.py MATBENCH: the help of the program and of every command fits 100 columns and names every option once."""
import re
import subprocess
import sys

passed = failed = 0


def check(ok, what):
    global passed, failed
    passed += bool(ok)
    failed += not ok
    if not ok:
        print("not so:", what, file=sys.stderr)


def help_of(*words):
    done = subprocess.run([sys.argv[1], *words, "--help"], capture_output=True, text=True)
    check(done.returncode == 0 and not done.stderr, f"{words}: {done.returncode} {done.stderr}")
    for line in done.stdout.splitlines():
        check(len(line) <= 100, f"{words}: {len(line)} columns: {line}")
    return done.stdout


commands = re.findall(r"^  (\w+) +\S", help_of(), re.MULTILINE)
check(len(commands) >= 5, f"commands: {commands}")
for command in commands:
    options = re.findall(r"^  --(\w+)", help_of(command), re.MULTILINE)
    check(options and len(options) == len(set(options)), f"{command}: {options}")
print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
