#!/usr/bin/env python3
"""completion_test.py MATBENCH BUILD: the completions, asked in bash, fish and zsh themselves. What must be offered is taken from
the program's own help, so that an option without completion shows up."""
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

MATBENCH, BUILD = (pathlib.Path(a).resolve() for a in (sys.argv.pop(1), sys.argv.pop(1)))
SCRIPTS = BUILD / "manual/out/completion"
SOURCE = pathlib.Path(__file__).resolve().parents[2]
SECONDS = 600  # for what takes moments on a machine that is not busy

# words as bash breaks them, the cursor at the end of the last
BASH = r"""
source "$SCRIPT"
compopt() { :; }
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
_matbench
printf '%s\n' "${COMPREPLY[@]}"
"""


def words_of(line):
    """As readline breaks a line for completion: at blanks, and at = and : which are words of their own."""
    return [w for blank in line.split(" ") for w in re.findall(r"[=:]+|[^=:]+", blank) or [""]] + \
           ([""] if line.endswith(("=", ":")) else [])


def helped(*command):
    return subprocess.run([MATBENCH, *command, "--help"], capture_output=True, text=True, check=True).stdout


COMMANDS = re.findall(r"^  (\w+) +\S", helped(), re.MULTILINE)
OPTIONS = {c: re.findall(r"^  --(\w+)(?:=(\S+))?", helped(c), re.MULTILINE) for c in COMMANDS}


class Shell(unittest.TestCase):
    """Subclasses say how to ask: `offered(line)` gives the candidates in order, without what stays before them."""

    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="mb-completion-")
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name).resolve()
        for name in "results/night 1", "mine/own":
            (self.place / name).mkdir(parents=True)
        for name in "config.yaml", "history.db", "mine/own/workload.yaml":
            (self.place / name).touch()
        (self.place / "bin").mkdir()
        (self.place / "bin/matbench").symlink_to(MATBENCH)
        self.env = {"PATH": f"{self.place}/bin:{os.environ['PATH']}", "HOME": str(self.place), "LANG": "C.UTF-8", "TERM": "xterm",
                    "MATBENCH_WORKLOADS": str(self.place / "mine"), "SCRIPT": str(self.script())}

    def script(self):
        return SCRIPTS / f"matbench.{self.shell}"

    def run_shell(self, *command):
        done = subprocess.run(command, cwd=self.place, env=self.env, capture_output=True, text=True, timeout=SECONDS,
                              stdin=subprocess.DEVNULL)
        self.assertEqual(done.stderr, "", command)
        return done.stdout.splitlines()


class Bash(Shell):
    shell = "bash"

    def offered(self, line):
        return [w for w in self.run_shell("bash", "--norc", "-c", BASH, "bash", *words_of(line)) if w]

    def test_commands(self):
        self.assertEqual(sorted(self.offered("matbench ")), sorted([*COMMANDS, "help", "version", "--help", "--version"]))
        self.assertEqual(self.offered("matbench generate"), ["generate_lts_schema"])
        self.assertEqual(sorted(self.offered("matbench help ")), sorted(COMMANDS))

    def test_every_option_of_every_command(self):
        for command, options in OPTIONS.items():
            self.assertEqual(sorted(self.offered(f"matbench {command} --")),
                             sorted([f"--{n}{'=' if v else ''}" for n, v in options] + ["--help"]), command)

    def test_options_with_dashes_and_negated(self):
        self.assertEqual(self.offered("matbench ci --history-sc"), ["--history-scope="])
        self.assertEqual(self.offered("matbench ci --noup"), ["--noupload", "--noupload_by_kpi"])
        self.assertEqual(self.offered("matbench analyze-lts --verd"), ["--verdicts_dest="])

    def test_choices(self):
        for line in "--log_level=", "--log_level ", "--log-level=":
            self.assertEqual(self.offered(f"matbench ci {line}"), ["debug", "info", "warning", "error"], line)
        self.assertEqual(self.offered("matbench ci --upload="), ["true", "false"])
        self.assertEqual(self.offered("matbench ci --fail_on=regression,sus"), ["regression,suspect"])

    def test_workloads(self):
        for line in "parse --workload=", "parse --workload ", "check ", "check --jobs 2 ":
            self.assertLessEqual({"fine_tuning", "own", "results"}, set(self.offered(f"matbench {line}")), line)
            self.assertNotIn("topsail", self.offered(f"matbench {line}")) # has no workload.yaml
        self.assertEqual(self.offered("matbench parse --workload=fi"), ["fine_tuning"])

    def test_files_and_directories(self):
        self.assertEqual(self.offered("matbench ci --config=con"), ["config.yaml"])
        self.assertEqual(self.offered("matbench ci "), self.offered("matbench ci --results_dirname="))
        self.assertEqual(sorted(self.offered("matbench ci ")), ["bin", "mine", "results"])
        self.assertEqual(self.offered("matbench check fine_tuning results/"), ["results/night 1"])
        self.assertEqual(self.offered("matbench ci --upload res"), ["results"]) # a flag takes no value

    def test_arguments_that_are_words(self):
        self.assertLessEqual({"list", "show"}, set(self.offered("matbench history ")))
        self.assertEqual(self.offered("matbench history --jobs=1 sh"), ["show"])
        self.assertEqual(self.offered("matbench history show "), [])

    def test_history(self):
        self.assertIn("sqlite:", self.offered("matbench ci --history="))
        self.assertEqual(self.offered("matbench ci --history=sqlite:his"), ["history.db"])

    def test_nonsense_offers_nothing(self):
        for line in "matbench nosuch ", "matbench nosuch --", "matbench ci --nosuch=", "matbench ci --shard=":
            self.assertEqual(self.offered(line), [], line)

    def test_in_a_terminal(self):
        keys = [f"source {self.script()}\r", "matbench parse --workload=fine_t\t--results_d\tres\t"]
        whole = "matbench parse --workload=fine_tuning --results_dirname=results/"
        self.assertIn(whole, typed(["bash", "--norc", "--noprofile", "-i"], keys, self.place, self.env, whole))


class Fish(Shell):
    shell = "fish"

    def offered(self, line):
        lines = self.run_shell("fish", "--no-config", "-c", 'source $SCRIPT; complete -C "$argv[1]"', line)
        return [w.split("\t")[0] for w in lines]

    def assert_offers(self, line, wanted):
        self.assertEqual(sorted(set(self.offered(line))), sorted(wanted), line)

    def test_commands(self):
        self.assert_offers("matbench ", COMMANDS)
        self.assert_offers("matbench help ", COMMANDS)

    def test_every_option_of_every_command(self):
        for command, options in OPTIONS.items():
            wanted = {f"--{n}" for n, v in options} | {f"--no{n}" for n, v in options if not v} | {"--help"}
            self.assertEqual(set(self.offered(f"matbench {command} --")), wanted, command)

    def test_values(self):
        self.assertEqual(set(self.offered("matbench ci --log_level=")), {f"--log_level={w}" for w in ("debug", "info", "warning", "error")})
        self.assert_offers("matbench ci --log_level ", ["debug", "info", "warning", "error"])
        self.assertIn("--fail_on=regression,suspect", self.offered("matbench ci --fail_on=regression,s"))
        self.assertLessEqual({"fine_tuning", "own", "results/"}, set(self.offered("matbench parse --workload ")))
        self.assertEqual(self.offered("matbench parse --workload=fi"), ["--workload=fine_tuning"])
        self.assertEqual(self.offered("matbench ci --config con"), ["config.yaml"])
        self.assertEqual(self.offered("matbench ci --history=sqlite:his"), ["--history=sqlite:history.db"])
        self.assert_offers("matbench ci --shard ", [])

    def test_arguments(self):
        self.assert_offers("matbench ci ", ["bin/", "mine/", "results/"])
        self.assert_offers("matbench ci --upload ", ["bin/", "mine/", "results/"])
        self.assertLessEqual({"list", "show"}, set(self.offered("matbench history ")))
        self.assert_offers("matbench history show ", [])
        self.assertIn("fine_tuning", self.offered("matbench check --jobs 2 "))
        self.assert_offers("matbench nosuch ", [])


class Zsh(Shell):
    shell = "zsh"

    def script(self):
        (self.place / "fpath").mkdir(exist_ok=True)
        shutil.copy(SCRIPTS / "matbench.zsh", self.place / "fpath/_matbench")
        return self.place / "fpath/_matbench"

    def after_tab(self, *keys):
        """The command line after it was typed, in a real zsh."""
        start = "PS1= RPS1= zle_bracketed_paste=(); fpath=($HOME/fpath $fpath); autoload -Uz compinit; compinit -u -D; " \
                "setopt no_list_beep; unsetopt list_ambiguous; bindkey '^X' kill-whole-line; " \
                "show() { print -r -- \"<$BUFFER>\" >>$HOME/lines; BUFFER=; }; zle -N show; bindkey '^G' show; : >$HOME/ready\r"
        typed(["zsh", "-f", "-i"], [start, lambda: (self.place / "ready").exists(), *(k + "\x07" for k in keys),
                                    lambda: self.lines() == len(keys)], self.place, self.env)
        return [line[1:-1].rstrip() for line in (self.place / "lines").read_text().splitlines()]

    def lines(self):
        lines = self.place / "lines"
        return len(lines.read_text().splitlines()) if lines.exists() else 0

    def test_lines(self):
        rows = {"matbench gen\t": "matbench generate_lts_schema",
                "matbench ci --history_sc\told\t": "matbench ci --history_scope=older",
                "matbench ci --conf\tcon\t": "matbench ci --config=config.yaml",
                "matbench ci --noup\t": "matbench ci --noupload",
                "matbench ci res\t": "matbench ci results/",
                "matbench parse --workload=fi\t": "matbench parse --workload=fine_tuning",
                "matbench check ow\t": "matbench check own",
                "matbench history --jobs=1 sh\t": "matbench history --jobs=1 show",
                "matbench ci --history=sq\this\t": "matbench ci --history=sqlite:history.db",
                "matbench ci --fail_on=regression,sus\t": "matbench ci --fail_on=regression,suspect,", # the comma goes away with a blank
                "matbench nosuch --\t": "matbench nosuch --"}
        self.assertEqual(self.after_tab(*rows), list(rows.values()))

    def test_every_option_of_every_command(self):
        """By zsh's own reading of the specifications: _arguments is replaced by one that prints them."""
        script = 'functions[_arguments]="print -rl -- \\$@"; source $SCRIPT 2>/dev/null; for c in $@; do print -- "@@ $c"; _matbench_$c; done'
        done = subprocess.run(["zsh", "-f", "-c", script, "zsh", *COMMANDS], env=self.env, capture_output=True, text=True, timeout=SECONDS)
        for part in done.stdout.split("@@ ")[1:]:
            command, specifications = part.split("\n", 1)
            for name, value in OPTIONS[command]:
                self.assertRegex(specifications, rf"(?m)^\*?--{name}=-?\[", command)


def typed(command, keys, place, env, last=""):
    """Types into a terminal of its own; a function among the keys is waited for. Gives what the terminal showed, `last` in the end."""
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(place)
        os.execvpe(command[0], command, env)
    shown = bytearray()
    end = time.monotonic() + SECONDS

    def read_on(until):
        while time.monotonic() < end and not until():
            if select.select([master], [], [], 0.05)[0]:
                shown.extend(os.read(master, 65536))

    def plain():
        return re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]|\x07|\r", b"", bytes(shown)).decode(errors="replace")

    def quiet():
        """Nothing more comes for a while."""
        return not select.select([master], [], [], 0.4)[0]

    try:
        for key in keys:
            if callable(key):
                read_on(key)
            else:
                read_on(quiet)
                os.write(master, key.encode())
        read_on(lambda: last in plain() and quiet())
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(master)
    return plain()


del Shell
if __name__ == "__main__":
    unittest.main()
