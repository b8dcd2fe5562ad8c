"""Trees with one thing wrong or unusual, for make.py. KINDS: {name: (function, what it holds)}.

A function gets a Tree, in which 000__good is written already, and writes the odd tests beside it.
"""
import dataclasses
import os
import re
import textwrap
import uuid

import generate
import topsail_test as topsail
from topsail_test import CAPTURE, RUN

POD_LOG = f"{RUN}/artifacts/pod.log"
POD_JSON = f"{RUN}/artifacts/pod.json"
NODES = f"{CAPTURE}/nodes.json"


class Tree:
    def __init__(self, out, version, start):
        self.root = out
        self.run = topsail.Run(version, start)
        self.base = out / self.run.results
        self.count = 0

    def files(self, directory, **changes):
        """The files of a good test whose settings differ from all others' by their name."""
        self.count += 1
        job = dataclasses.replace(generate.JOBS[self.count % 3], **{"name": directory.split("__")[-1]} | changes)
        return topsail.test_files(job, self.run, self.run.start + topsail.seconds(3000 * self.count), directory)

    def write(self, directory, files, without=()):
        """Returns the test's directory."""
        topsail.write_files(self.base / directory, {p: c for p, c in files.items() if p not in without})
        return self.base / directory


def edited(path, edit):
    """A kind of one test, of which one file goes through edit(text)."""
    def write(tree):
        files = tree.files("001__odd")
        files[path] = edit(files[path])
        tree.write("001__odd", files)
    return write


def without(path):
    return lambda tree: tree.write("001__odd", tree.files("001__odd"), without=(path,))


def broken_yaml(tree):
    files = tree.files("001__config")
    files["config.yaml"] += "  ]: {unclosed\n"
    tree.write("001__config", files)
    files = tree.files("002__settings")
    files["settings.yaml"] += "\tname: [\n"
    tree.write("002__settings", files)
    files = tree.files("003__play")
    files[f"{RUN}/_ansible.play.yaml"] += "- &a [*missing\n"
    tree.write("003__play", files)


def broken_json(tree):
    cut = {"001__nodes": NODES, "002__pod": POD_JSON, "003__job": f"{RUN}/src/config_final.json"}
    for directory, path in cut.items():
        files = tree.files(directory)
        files[path] = files[path][:len(files[path]) // 2]
        tree.write(directory, files)
    files = tree.files("004__tail")
    files[POD_JSON] += "}\n"
    tree.write("004__tail", files)


def bad_utf8(tree):
    files = tree.files("001__log")
    files[POD_LOG] = b"\xff\xfe caf\xe9 \xed\xa0\x80 \xc0\xaf\n" + files[POD_LOG].encode()
    tree.write("001__log", files)
    files = tree.files("002__config")
    files["config.yaml"] = files["config.yaml"].encode() + b"# caf\xe9\n"
    tree.write("002__config", files)
    files = tree.files("003__settings")
    files["settings.yaml"] = files["settings.yaml"].encode() + b"note: \"caf\xe9\"\n"
    tree.write("003__settings", files)


def nan_log(text):
    text = re.sub(r"'loss': [^,]*, 'grad_norm': [^,]*", "'loss': nan, 'grad_norm': nan", text, count=1)
    return re.sub(r"'train_loss': [^,]*", "'train_loss': nan", text)


def duplicate_settings(tree):
    for directory in ("001__odd", "002__odd"):
        files = tree.files(directory)
        files["settings.yaml"] = "name: twice\ngpu: 1\n"
        tree.write(directory, files)


def link_outside(tree):
    files = tree.files("001__odd")
    place = tree.write("001__odd", files, without=(POD_LOG,))
    (place / POD_LOG).symlink_to("/etc/hostname")


def link_inside(tree):
    for directory, absolute in (("001__relative", False), ("002__absolute", True)):
        files = tree.files(directory)
        place = tree.write(directory, files, without=(POD_LOG,))
        shared = tree.root / f"shared/{directory}.log"
        topsail.write_files(tree.root, {f"shared/{directory}.log": files[POD_LOG]})
        (place / POD_LOG).symlink_to(shared if absolute else os.path.relpath(shared, (place / POD_LOG).parent))


def dotdot(tree):
    files = tree.files("001__odd")
    files["settings.yaml"] += "artifact: ../../../../etc/hostname\n"
    place = tree.write("001__odd", files)
    (place / "up").symlink_to("../..")
    # sorts after the real directory, so a glob's last match is the directory above the root
    (place / "009__fine_tuning__run_fine_tuning_job").symlink_to("../../../..")


def link_cycle(tree):
    place = tree.write("001__odd", tree.files("001__odd"))
    (place / "loop").symlink_to(".")
    (place / "a").symlink_to("b")
    (place / "b").symlink_to("a")
    (tree.base / "again").symlink_to("..")


def bad_uuid(tree):
    texts = {"001__text": "not-a-uuid\n", "002__version1": str(uuid.UUID(int=0x1d2c3b4a_5968_1768_9586_a4b3c2d1e0f0)) + "\n",
             "003__empty": ""}
    for directory, text in texts.items():
        tree.write(directory, tree.files(directory) | {".uuid": text})


def skip(tree):
    tree.write("001__odd", tree.files("001__odd") | {"skip": ""})
    topsail.write_files(tree.base / "group", {"skip": "all of these\n"})
    tree.write("group/002__below", tree.files("002__below"))


def nested(tree):
    tree.write("001__odd", tree.files("001__odd"))
    tree.write("001__odd/nested/000__inner", tree.files("000__inner"))


def settings_layers(tree):
    topsail.write_files(tree.root, {"settings.common.yaml": "layer: root\nteam: perf\ngpu: 1\n"})
    topsail.write_files(tree.base, {"settings.expe.yaml": "layer: experiment\ngpu: 7\n"})
    files = tree.files("001__odd")
    files["settings.yaml"] += "layer: test\n"
    files["settings.extra.yaml"] = "extra: 1\n"
    tree.write("001__odd", files)


def legacy_names(tree):
    for directory, name in (("001__yml", "settings.yml"), ("002__bare", "settings")):
        files = tree.files(directory)
        files[name] = files.pop("settings.yaml")
        tree.write(directory, files)


def two_gpu_types(tree):
    tree.run = dataclasses.replace(tree.run, gpu_products=(("NVIDIA-H100-80GB-HBM3", 81559),
                                                           ("NVIDIA-A100-SXM4-80GB", 81920)))
    tree.write("001__odd", tree.files("001__odd"))


def unreadable(tree):
    place = tree.write("001__odd", tree.files("001__odd"))
    (place / POD_LOG).chmod(0)


def newline_name(tree):
    name = "001__odd\nERROR a forged line"
    files = tree.files("001__odd")
    tree.write(name, files, without=(".uuid",))


def deep(tree):
    tree.write("/".join(f"d{i:02d}" for i in range(1, 38)) + "/001__odd", tree.files("001__odd"))


KINDS = {
    "broken-yaml": (broken_yaml, "001__config, 002__settings, 003__play: a YAML file that does not parse"),
    "broken-json": (broken_json, "001__nodes, 002__pod, 003__job: a JSON file cut in the middle; 004__tail: text after "
                                 "the end of pod.json"),
    "bad-utf8": (bad_utf8, "001__log: pod.log begins with a line of bytes that are no UTF-8 (its figures are good); "
                           "002__config, 003__settings: a Latin-1 byte at the end of the file"),
    "nan-log": (edited(POD_LOG, nan_log), "001__odd: first loss, its grad_norm and train_loss are nan; the figures are "
                                          "good"),
    "duplicate-settings": (duplicate_settings, "001__odd, 002__odd: equal settings, else good"),
    "link-outside": (link_outside, "001__odd: pod.log is a link to /etc/hostname"),
    "link-inside": (link_inside, "001__relative, 002__absolute: pod.log is a link to OUT/shared/<test>.log; good"),
    "dotdot": (dotdot, "001__odd: a setting `artifact: ../../../../etc/hostname`, a link `up` to ../.., and a second, "
                       "later run directory that is a link to ../../../.. (above OUT)"),
    "link-cycle": (link_cycle, "001__odd: good, with a link to itself and two that point at each other; a link `again` "
                               "beside it leads back up. Each test is to be found once"),
    "missing-uuid": (without(".uuid"), "001__odd: no .uuid"),
    "missing-env": (without(f"{CAPTURE}/_ansible.env"), "001__odd: no _ansible.env"),
    "missing-podlog": (without(POD_LOG), "001__odd: no pod.log"),
    "bad-uuid": (bad_uuid, "001__text, 002__version1, 003__empty: .uuid holds no UUID of version 4"),
    "empty-exit-code": (edited("exit_code", lambda _: ""), "001__odd: exit_code is empty"),
    "no-exit-code": (without("exit_code"), "001__odd: no exit_code"),
    "skip": (skip, "001__odd: a file `skip`; group/: a `skip` above the test 002__below"),
    "nested": (nested, "001__odd: good, with another good test in 001__odd/nested/000__inner (to be ignored)"),
    "settings-layers": (settings_layers, "OUT/settings.common.yaml (layer root, team perf, gpu 1), fine-tuning/"
                                         "settings.expe.yaml (layer experiment, gpu 7); 001__odd: settings.extra.yaml "
                                         "(extra 1) and layer test; both tests have a gpu of their own, both are good"),
    "legacy-names": (legacy_names, "001__yml: settings.yml; 002__bare: settings; both good"),
    "two-gpu-types": (two_gpu_types, "001__odd: one H100 and one A100 node; good"),
    "replication-0.2": (lambda tree: tree.write("001__odd", tree.files("001__odd", dataset_replication=0.2)),
                        "001__odd: dataset_replication 0.2"),
    "unreadable": (unreadable, "001__odd: pod.log has mode 000 (root reads it all the same)"),
    "newline-name": (newline_name, "a test whose directory is '001__odd<newline>ERROR a forged line', without .uuid"),
    "deep": (deep, "001__odd: good, 40 directories below OUT"),
}


def make(args):
    tree = Tree(args.out, args.version, args.start)
    tree.write("000__good", tree.files("000__good"))
    KINDS[args.kind][0](tree)


def listing():
    return "".join(textwrap.fill(text, 110, initial_indent=f"{kind:19}", subsequent_indent=" " * 19) + "\n"
                   for kind, (_, text) in sorted(KINDS.items()))
