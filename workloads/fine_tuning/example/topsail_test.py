"""The files of one TOPSAIL fine-tuning test (fms-hf-tuning job on OpenShift), invented but with real shapes.

test_files(job, run, start, directory) returns {relative path: text}: a caller may change or drop entries and then
write them with write_files(). Python 3 standard library only; the same arguments give the same bytes everywhere:
no clock, no hash order, no libm beyond sqrt, random.Random(text).random() as the only source of chance, and
math.fsum, since sum() of floats differs between Python versions.
"""
import dataclasses
import datetime
import hashlib
import json
import math
import pathlib
import random
import re
import uuid
from typing import Optional

SECONDS_BEFORE_TRAINING = 95   # pulling the image, loading the model
SECONDS_AFTER_TRAINING = 21    # saving the model
CAPTURE = "000__cluster__capture_environment"
RUN = "001__fine_tuning__run_fine_tuning_job"
RHODS = "002__rhods__capture_state"
NAMESPACE = "fine-tuning-testing"


@dataclasses.dataclass(frozen=True)
class Job:
    """What is trained on what; the settings labels of a payload come from here."""
    name: str                        # of the test's directory
    model_name: str
    gpu: int
    batch: int                       # per device
    max_seq_length: int
    tokens_per_second: float         # dataset tokens of all GPUs together, without noise
    lora: Optional[tuple] = None     # (r, lora_alpha, lora_dropout, target modules) or None: full tuning
    dataset_name: str = "alpaca_data.json"
    dataset_replication: float = 1
    total_tokens: int = 6_281_374
    total_samples: int = 52_002
    longest_sample: int = 987
    padding: float = 1.62            # trained tokens (with padding) per dataset token
    first_loss: float = 1.83
    last_loss: float = 0.97
    progress: int = 5                # loss lines in the log
    extra_settings: tuple = ()       # further (key, value) of settings.yaml; they are no labels


@dataclasses.dataclass(frozen=True)
class Run:
    """One CI job: a release under test on one cluster."""
    image_tag: str
    start: datetime.datetime         # UTC
    ocp_version: str = "4.17.12"
    rhoai_version: str = "2.17.0"
    rhoai_version_name: str = "rc1"
    rhoai_created: str = "2025-02-04T13:22:51Z"
    pull: Optional[int] = None       # number of the pull request; None: a periodic job
    job_safe: str = "release-gating"
    image: str = "quay.io/modh/fms-hf-tuning"
    gpu_products: tuple = (("NVIDIA-A100-SXM4-80GB", 81920),)   # one GPU node each
    results: str = "000__matbenchmarking/fine-tuning"

    @property
    def key(self):
        return f"{self.image_tag} {self.start.isoformat()}"

    @property
    def job_name(self):
        kind = "pull" if self.pull else "periodic"
        return f"{kind}-ci-example-perf-topsail-main-{self.job_safe}"

    @property
    def build_id(self):
        """19 digits which grow with time, as Prow's."""
        milliseconds = int(self.start.replace(tzinfo=datetime.timezone.utc).timestamp() * 1000)
        return str(((milliseconds - 1288834974657) << 22) + int(Dice(self.key + " build").hex(3), 16))


@dataclasses.dataclass(frozen=True)
class Figures:
    """What the trainer prints at the end. tokens_per_second counts padded tokens of one GPU."""
    train_runtime: float
    train_samples_per_second: float
    train_steps_per_second: float
    train_tokens_per_second: float
    steps: int


class Dice:
    """Chance that does not depend on the Python version."""
    def __init__(self, key):
        self.random = random.Random(key).random

    def normal(self):
        return math.fsum(self.random() for _ in range(12)) - 6.0

    def below(self, n):
        return int(self.random() * n)

    def pick(self, items):
        return items[self.below(len(items))]

    def hex(self, digits):
        return "".join(self.pick("0123456789abcdef") for _ in range(digits))


def uuid4(key):
    return str(uuid.UUID(bytes=hashlib.sha256(key.encode()).digest()[:16], version=4))


def figures(job, tokens_per_second):
    """All of them follow from one rate, as in the trainer: nothing is noisy on its own."""
    runtime = round(job.total_tokens / tokens_per_second, 4)
    steps = -(-job.total_samples // (job.batch * job.gpu))
    return Figures(runtime, round(job.total_samples / runtime, 3), round(steps / runtime, 3),
                   round(job.total_tokens * job.padding / runtime / job.gpu, 3), steps)


# --- text shapes

def seconds(n):
    return datetime.timedelta(seconds=n)


def k8s_time(t):
    return t.strftime("%Y-%m-%dT%H:%M:%SZ")


def json_text(value):
    return json.dumps(value, indent=4) + "\n"


PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./:-]*[A-Za-z0-9_]$|[A-Za-z]$")
NOT_PLAIN = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}


def yaml_scalar(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and not (PLAIN.match(value) and value.lower() not in NOT_PLAIN):
        return json.dumps(value)
    return str(value)


def yaml_text(value, indent=""):
    """Mappings of scalars, lists of scalars and mappings: block style, sorted keys, as yaml.dump writes them."""
    out = []
    for key in sorted(value):
        item = value[key]
        if isinstance(item, dict):
            out.append(f"{indent}{key}:\n{yaml_text(item, indent + '  ')}")
        elif isinstance(item, (list, tuple)):
            out.append(f"{indent}{key}:\n" + "".join(f"{indent}- {yaml_scalar(i)}\n" for i in item))
        else:
            out.append(f"{indent}{key}: {yaml_scalar(item)}\n")
    return "".join(out)


def clock(t):
    minutes, s = divmod(int(t), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{s:02d}" if hours else f"{minutes:02d}:{s:02d}"


def progress_bar(done, total, elapsed):
    eighths = 80 * done // total
    blocks = "█" * (eighths // 8) + (" ▏▎▍▌▋▊▉"[eighths % 8] if eighths % 8 else "")
    if not done:
        return f"  0%|{'':10}| 0/{total} [00:00<?, ?it/s]"
    return (f"{100 * done // total:3d}%|{blocks:10}| {done}/{total} "
            f"[{clock(elapsed)}<{clock(elapsed * (total - done) / done)}, {done / elapsed:5.2f}it/s]")


# --- the files

def hyper_parameters(job):
    values = {"gradient_accumulation_steps": 1, "max_seq_length": job.max_seq_length,
              "peft_method": "lora" if job.lora else "none", "per_device_train_batch_size": job.batch,
              "use_flash_attn": True}
    if job.lora:
        r, alpha, dropout, modules = job.lora
        values.update(r=r, lora_alpha=alpha, lora_dropout=dropout, target_modules=list(modules))
    return values


def settings(job, run):
    values = {"name": job.name, "model_name": job.model_name, "dataset_name": job.dataset_name,
              "dataset_replication": job.dataset_replication, "gpu": job.gpu, "pod_count": 1,
              "container_image": f"{run.image}:{run.image_tag}"}
    for key, value in hyper_parameters(job).items():
        values[f"hyper_parameters.{key}"] = ", ".join(value) if isinstance(value, list) else value
    values.update(job.extra_settings)
    return values


def config_yaml(job, run):
    tuning = "lora" if job.lora else "full"
    stamp = run.start.strftime("%Y%m%d-%H%M")
    return f"""\
# Configuration of this CI run: the project's defaults with the presets below applied.
ci_presets:
  name: null
  # applied from left to right, the last one wins
  names: [fms, release_gating, a100_80gb_{tuning}]

clusters:
  create:
    type: single          # single | ocp | managed
    keep: no
    ocp:
      tags: {{Project: "Perf/FineTuning", Ticket: ~}}
  sutest:
    is_metal: false
    compute:
      dedicated: true
      machineset: &gpu_machineset
        name: workload-pods
        type: p4de.24xlarge
        count: {len(run.gpu_products)}
        taint: {{key: only-workload-pods, value: "yes", effect: NoSchedule}}
  driver:
    compute:
      dedicated: false
      machineset:
        <<: *gpu_machineset
        name: test-pods
        type: m6i.2xlarge

rhods:
  catalog:
    image: brew.registry.example.com/rh-osbs/iib
    tag: {yaml_scalar(str(700000 + Dice(run.rhoai_version).below(200000)))}
    channel: fast
    version: {run.rhoai_version}
    version_name: {run.rhoai_version_name}
  operator:
    stop: true
    # seconds; read by the operator's start script
    grace: 0600

export_artifacts:
  enabled: false
  bucket: example-perf-artifacts
  path_prefix: cpt/fine-tuning
  dest: null              # set by the exporter

fine_tuning:
  namespace: &namespace {NAMESPACE}
  pvc: {{name: fine-tuning-storage, access_mode: ReadWriteOnce, size: 800Gi}}

tests:
  fine_tuning:
    namespace: *namespace
    test_settings:
      name: {job.name}
      model_name: {job.model_name}
      dataset_name: {job.dataset_name}
      dataset_replication: {job.dataset_replication}
      gpu: {job.gpu}
      container_image: {run.image}:{run.image_tag}
    matbenchmarking:
      enabled: true
      stop_on_error: false
    notes: |
      Run {stamp}. Compare with the earlier releases of the image only;
      the operator and the cluster move on their own.
"""


def ansible_log(role, start, end, tasks, dice):
    """`tasks`: (title, command). One message goes over several lines, of which only the first has a time.

    The last four lines are written at the end, the others at the start: the time between is spent waiting."""
    head = f" p={100 + dice.below(9000)} u=topsail n=ansible | "
    lines = [f"PLAY [Run {role} role] {'*' * 12}"]
    for title, command in tasks:
        lines += [f"TASK [{role} : {title}] {'*' * 12}", f"<command> {command}"]
    lines.insert(3, "changed: [localhost] => {\n    \"changed\": true,\n    \"rc\": 0\n}")
    lines += [f"PLAY RECAP {'*' * 12}",
              f"localhost                  : ok={len(tasks) + 2} changed={len(tasks)} unreachable=0 failed=0 skipped=1"]
    last = len(lines) - 1
    times = [start + seconds(i) if i <= last - 4 else end - seconds(last - i) for i in range(len(lines))]
    return "".join(f"{t.strftime('%Y-%m-%d %H:%M:%S')},{dice.below(1000):03d}{head}{line}\n"
                   for t, line in zip(times, lines))


def ansible_env(run, artifact_dir, dice):
    spec = {"type": "presubmit" if run.pull else "periodic", "job": run.job_name, "buildid": run.build_id,
            "prowjobid": uuid4(run.key + " prow")}
    repository = {"org": "example-perf", "repo": "topsail", "base_ref": "main"}
    if run.pull:
        spec["refs"] = repository | {"pulls": [{"number": run.pull, "author": "perf-bot"}]}
    else:
        spec["extra_refs"] = [repository]
    return "\n".join([
        "SHELL=/bin/bash",
        f"HOSTNAME={run.job_safe}-topsail",
        "TZ=UTC",
        f"ARTIFACT_DIR={artifact_dir}",
        "TOPSAIL_FROM_CONFIG_FILE=/logs/artifacts/config.yaml",
        "OPENSHIFT_CI=true",
        "CI=true",
        f"BUILD_ID={run.build_id}",
        f"JOB_NAME={run.job_name}",
        f"JOB_NAME_SAFE={run.job_safe}",
        f"JOB_SPEC={json.dumps(spec, separators=(',', ':'))}",
        "TOPSAIL_OPENSHIFT_CI_STEP_DIR=topsail-run/test",
        "KUBECONFIG=/tmp/secret/kubeconfig",
        f"ANSIBLE_LOG_PATH={artifact_dir}/{CAPTURE}/_ansible.log",
        "LESSOPEN=",
        "BASH_FUNC_oc%%=() {  command oc --request-timeout=60s \"$@\"",
        "}",
        f"NAMESPACE=ci-op-{dice.hex(8)}",
        "_=/usr/bin/env",
    ]) + "\n"


def node(dice, created, role, instance_type, cpu, memory_ki, gpu=None):
    name = f"ip-10-0-{dice.below(128)}-{4 + dice.below(250)}.us-east-2.compute.internal"
    labels = {"kubernetes.io/hostname": name.split(".")[0], "node-role.kubernetes.io/" + role: "",
              "node.kubernetes.io/instance-type": instance_type}
    allocatable = {"cpu": cpu, "memory": f"{memory_ki}Ki", "pods": "250"}
    if gpu:
        product, memory = gpu
        labels |= {"nvidia.com/gpu.count": "8", "nvidia.com/gpu.memory": str(memory), "nvidia.com/gpu.present": "true",
                   "nvidia.com/gpu.product": product}
        allocatable["nvidia.com/gpu"] = "8"
    return {"apiVersion": "v1", "kind": "Node",
            "metadata": {"creationTimestamp": created, "labels": labels, "name": name, "uid": uuid4(name + created)},
            "status": {"allocatable": allocatable, "nodeInfo": {"kernelVersion": "5.14.0-427.40.1.el9_4.x86_64"}}}


def nodes_json(run):
    dice = Dice(run.key + " nodes")   # one cluster per run: its tests see the same nodes
    created = k8s_time(run.start - seconds(7200 + dice.below(1800)))
    items = [node(dice, created, "control-plane", "m6i.xlarge", "3500m", 15022916)]
    items += [node(dice, created, "worker", "p4de.24xlarge", "95500m", 1175604120, gpu) for gpu in run.gpu_products]
    return json_text({"apiVersion": "v1", "items": items, "kind": "List"})


def ocp_version_yml(run):
    minor = int(run.ocp_version.split(".")[1])
    return f"""\
clientVersion:
  gitVersion: 4.{minor}.0-202410011141.p0.gb0a1c5e.assembly.stream-b0a1c5e
  goVersion: go1.22.9
  platform: linux/amd64
openshiftVersion: {run.ocp_version}
releaseClientVersion: {run.ocp_version}
serverVersion:
  gitVersion: v1.{minor + 13}.{Dice(run.ocp_version).below(12)}
  major: "1"
  minor: "{minor + 13}"
"""


def play_yaml(job, run, artifact_dir):
    prefix = "fine_tuning_run_fine_tuning_job_"
    values = {"name": "fine-tuning", "namespace": NAMESPACE, "pvc_name": "fine-tuning-storage", "workload": "fms",
              "model_name": job.model_name, "dataset_name": job.dataset_name,
              "dataset_replication": job.dataset_replication, "dataset_transform": "convert_alpaca.py",
              "dataset_response_template": "\n### Response:", "container_image": f"{run.image}:{run.image_tag}",
              "gpu": job.gpu, "pod_count": 1, "hyper_parameters": hyper_parameters(job), "sleep_forever": False}
    play_vars = {prefix + k: v for k, v in values.items()} | {"artifact_dir": artifact_dir}
    return ("- hosts: localhost\n"
            "  name: Run fine_tuning_run_fine_tuning_job role\n  roles:\n  - fine_tuning_run_fine_tuning_job\n"
            "  vars:\n" + yaml_text(play_vars, "    "))


def config_final_json(job):
    values = {"model_name_or_path": f"/mnt/storage/model/{job.model_name}",
              "training_data_path": "/mnt/output/dataset.json", "output_dir": "/mnt/output/fine-tuning",
              "response_template": "\n### Response:",
              "accelerate_launch_args": {"num_processes": job.gpu, "num_machines": 1, "mixed_precision": "no",
                                         "use_fsdp": job.gpu > 1},
              "num_train_epochs": 1, "learning_rate": 1e-05, "lr_scheduler_type": "linear",
              "include_tokens_per_second": True, "save_strategy": "no", "torch_dtype": "bfloat16"}
    return json_text(values | hyper_parameters(job))


def loss_lines(job, figs, dice):
    """tqdm's bar and the trainer's dicts share one stream: the bar is wiped (CR, blanks, CR) before a dict is written."""
    wipe = "\r" + " " * 20 + "\r"
    out, losses = ["\r" + progress_bar(0, figs.steps, 0)], []
    for i in range(1, job.progress + 1):
        done = figs.steps * i // job.progress
        part = done / figs.steps
        loss = job.first_loss + (job.last_loss - job.first_loss) * part * (2 - part) + 0.02 * dice.normal()
        losses.append(loss)
        entry = {"loss": round(loss, 4), "grad_norm": round(1.1 + 3 * dice.random() * (2 - part), 6),
                 "learning_rate": 1e-05 * (1 - part), "epoch": round(part, 2)}
        bar = progress_bar(done, figs.steps, figs.train_runtime * part)
        out.append(f"\r{bar}{wipe}{entry}\n")
    summary = {"train_runtime": figs.train_runtime, "train_samples_per_second": figs.train_samples_per_second,
               "train_steps_per_second": figs.train_steps_per_second,
               "train_tokens_per_second": figs.train_tokens_per_second, "train_loss": math.fsum(losses) / len(losses),
               "epoch": 1.0}
    return "".join(out) + f"{wipe}{summary}\n\r{progress_bar(figs.steps, figs.steps, figs.train_runtime)}\n"


def pod_log(job, run, start, figs, dice):
    stats = {"total_tokens": job.total_tokens, "total_samples": job.total_samples,
             "avg_tokens_per_sample": round(job.total_tokens / job.total_samples),
             "max_seq_token": job.longest_sample}
    host = "fine-tuning-master-0"
    shards = 2 if job.gpu == 1 else 4
    log_time = (start + seconds(SECONDS_BEFORE_TRAINING - 30)).strftime("%Y-%m-%d %H:%M:%S")
    lines = ["+ nvidia-smi -L"]
    lines += [f"GPU {i}: {run.gpu_products[0][0].replace('-', ' ')} (UUID: GPU-{dice.hex(8)}-{dice.hex(4)})"
              for i in range(min(job.gpu, 2))]
    lines += [f"+ python /mnt/entrypoint/convert_alpaca.py {job.dataset_name} --replication {job.dataset_replication}",
              "dataset stats: " + json.dumps(stats), f"+ accelerate launch --num_processes={job.gpu} -m tuning.sft_trainer",
              f"{log_time},{dice.below(1000):03d} - INFO - loss is reported every {figs.steps // job.progress} steps"]
    if job.gpu > 1:
        lines += [f"{host}:{70 + rank}:{70 + rank} [{rank}] NCCL INFO Channel 00/24 : {rank}[{rank}] -> "
                  f"{(rank + 1) % job.gpu}[{(rank + 1) % job.gpu}] via P2P/CUMEM" for rank in range(2)]
    bars = "".join(f"\rLoading checkpoint shards: {100 * i // shards:3d}%|{'█' * (10 * i // shards):10}| {i}/{shards} "
                   f"[00:{2 * i:02d}<00:{2 * (shards - i):02d},  2.{dice.below(100):02d}s/it]" for i in range(1, shards + 1))
    lines += [bars, "special tokens: {'pad_token': '<pad>', 'eos_token': '<|endoftext|>'}",
              "/usr/lib/python3.11/site-packages/torch/utils/checkpoint.py:87: UserWarning: None of the inputs have "
              "requires_grad=True. Gradients will be None"]
    return ("\n".join(lines) + "\n" + loss_lines(job, figs, dice)
            + "INFO:sft_trainer.py:model saved to /mnt/output/save-model-dir\n+ touch /mnt/output/.complete\n")


def pod_json(job, run, start, end):
    """`end` None: the container still runs."""
    state = {"running": {"startedAt": k8s_time(start)}}
    if end:
        state = {"terminated": {"exitCode": 0, "finishedAt": k8s_time(end), "reason": "Completed",
                                "startedAt": k8s_time(start)}}
    container = {"image": f"{run.image}:{run.image_tag}", "name": "pytorch",
                 "resources": {"limits": {"nvidia.com/gpu": str(job.gpu)}}}
    return json_text({"apiVersion": "v1", "items": [{
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "fine-tuning-master-0", "namespace": NAMESPACE},
        "spec": {"containers": [container]},
        "status": {"containerStatuses": [{"name": "pytorch", "restartCount": 0, "state": state}],
                   "phase": "Succeeded" if end else "Running"}}], "kind": "List"})


CAPTURE_TASKS = (("Store the nodes", "oc get nodes -ojson > nodes.json"),
                 ("Store the OpenShift version", "oc version -oyaml > ocp_version.yml"))
RUN_TASKS = (("Create the configuration", "oc create configmap fine-tuning-config --from-file=src/"),
             ("Wait for the job's end", "oc wait pytorchjob/fine-tuning --for=condition=Succeeded"),
             ("Capture the pod", "oc get pod/fine-tuning-master-0 -ojson > artifacts/pod.json"))


def test_files(job, run, start, directory, tokens_per_second=None):
    """{path: text} of a good test. `directory`: its name, below run.results."""
    key = f"{run.key} {directory} {job.name}"
    dice = Dice(key)
    figs = figures(job, tokens_per_second or job.tokens_per_second)
    artifact_dir = f"/logs/artifacts/002__test_ci/{run.results}/{directory}"
    captured = start + seconds(38 + dice.below(20))
    pod_start = captured + seconds(14)
    pod_end = pod_start + seconds(int(SECONDS_BEFORE_TRAINING + figs.train_runtime + SECONDS_AFTER_TRAINING))
    return {
        "settings.yaml": yaml_text(settings(job, run)),
        "exit_code": "0\n",
        ".uuid": uuid4(key + " test") + "\n",
        "config.yaml": config_yaml(job, run),
        "run.log": f"Running the test '{job.name}' with {run.image}:{run.image_tag}\n"
                   f"{k8s_time(pod_end + seconds(9))} the job succeeded\n",
        f"{CAPTURE}/_ansible.log": ansible_log("cluster_capture_environment", start, captured, CAPTURE_TASKS, dice),
        f"{CAPTURE}/_ansible.env": ansible_env(run, artifact_dir, dice),
        f"{CAPTURE}/_ansible.play.yaml": "- hosts: localhost\n  name: Run cluster_capture_environment role\n  roles:\n"
                                         f"  - cluster_capture_environment\n  vars:\n    artifact_dir: {artifact_dir}\n",
        f"{CAPTURE}/nodes.json": nodes_json(run),
        f"{CAPTURE}/ocp_version.yml": ocp_version_yml(run),
        f"{RUN}/_ansible.log": ansible_log("fine_tuning_run_fine_tuning_job", captured + seconds(3),
                                           pod_end + seconds(6), RUN_TASKS, dice),
        f"{RUN}/_ansible.play.yaml": play_yaml(job, run, artifact_dir),
        f"{RUN}/src/config_final.json": config_final_json(job),
        f"{RUN}/artifacts/pod.log": pod_log(job, run, pod_start, figs, dice),
        f"{RUN}/artifacts/pod.json": pod_json(job, run, pod_start, pod_end),
        f"{RHODS}/rhods.version": run.rhoai_version,
        f"{RHODS}/rhods.createdAt": run.rhoai_created,
    }


def cancelled(files, job, run, start):
    """The CI job was stopped while the pod was training: no log was saved."""
    out = {path: text for path, text in files.items() if not path.endswith("pod.log")}
    out["exit_code"] = "1\n"
    out["run.log"] = out["run.log"].split("\n")[0] + "\nreceived SIGTERM, leaving\n"
    out[f"{RUN}/artifacts/pod.json"] = pod_json(job, run, start + seconds(70), None)
    return out


def write_files(directory, files):
    """`files`: {relative path: str or bytes}."""
    for path, content in files.items():
        place = pathlib.Path(directory, path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
