"""The files of `lookback schedule print`, read by those for whom they are, or by their parsers."""

import os
import pathlib
import plistlib
import re
import shutil
import subprocess

import kubernetes_validate
import pytest
import yaml
from crontab import CronTab

from conftest import environment, from_run, run_lookback

SETTINGS = """
[[source]]
name = "prod"
regions = ["eu-west-1"]
"""
# What means something to one of the schedulers, or to a shell.
AWKWARD = "it's \"q\" 100% %h $HOME ${x} $(id) \\n \\\\ `id` & <b> #;"
PROFILE = "p's 50% $x \"q\" \\t"
ROLE = "arn:aws:iam::111122223333:role/lookback"


class Place:
    """A program, its settings and its warehouse, at paths with such names."""

    def __init__(self, folder: pathlib.Path, program: str, rest: str):
        self.home = folder / "home"
        self.program = folder / program / "lookback"
        self.settings = folder / rest / "lookback.toml"
        self.warehouse = folder / rest / "warehouse"
        for path in (self.home, self.program.parent, self.settings.parent):
            path.mkdir(parents=True, exist_ok=True)
        self.settings.write_text(SETTINGS)
        shutil.copy(from_run("LOOKBACK_BIN"), self.program)

    @property
    def arguments(self) -> list[str]:
        return ["--config", str(self.settings), "--warehouse", str(self.warehouse), "night"]

    def print(self, *arguments, **variables) -> str:
        """What `lookback schedule print` prints."""
        done = subprocess.run(
            [self.program, *self.arguments[:-1], "schedule", "print", *arguments],
            env=environment(self.home) | {"USER": "ana"} | variables,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout


@pytest.fixture
def awkward(tmp_path) -> Place:
    """Systemd starts no program with quotes in its path: the other paths have them."""
    return Place(tmp_path, "a b%c$d", AWKWARD)


def units(text: str, folder: pathlib.Path) -> list[pathlib.Path]:
    """Writes each unit that was printed to its own name in a folder."""
    found = re.split(r"^# (/\S+\.(?:service|timer))\n", text, flags=re.MULTILINE)
    paths = []
    for path, unit in zip(found[1::2], found[2::2], strict=True):
        paths.append(folder / pathlib.Path(path).name)
        paths[-1].write_text(unit)
    assert [path.suffix for path in paths] == [".service", ".timer"]
    return paths


@pytest.mark.parametrize("flags", [[], ["--system", "--run-as", "root"]])
def test_systemd_finds_nothing_wrong_with_the_units(awkward, tmp_path, flags):
    folder = tmp_path / "units"
    folder.mkdir()
    paths = units(awkward.print("systemd", *flags, AWS_PROFILE=PROFILE), folder)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *paths],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_systemd_finds_what_is_wrong_with_a_unit(awkward, tmp_path):
    """The test before this one could fail."""
    folder = tmp_path / "units"
    folder.mkdir()
    paths = units(awkward.print("systemd").replace("NoNewPrivileges", "NoPrivileges"), folder)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *paths],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert re.search("Unknown key( name)? 'NoPrivileges'", done.stderr), done.stderr


def told_by_systemd(folder: pathlib.Path, runtime: pathlib.Path) -> str:
    """What systemd's own manager of a user understood of the service in a folder."""
    systemd = next(
        path
        for path in ("/lib/systemd/systemd", "/usr/lib/systemd/systemd")
        if os.path.exists(path)
    )
    # It refuses root.
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    humble = nobody if os.getuid() == 0 else []
    for path in (folder, runtime):
        path.chmod(0o777)
        for above in path.parents:
            if above != pathlib.Path("/tmp") and above.stat().st_uid == os.getuid():
                above.chmod(above.stat().st_mode | 0o055)
    done = subprocess.run(
        [*humble, systemd, "--test", "--user", "--unit=lookback.service"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(runtime),
            "XDG_RUNTIME_DIR": str(runtime),
            # An empty part stands for the folders that there are anyway.
            "SYSTEMD_UNIT_PATH": f"{folder}:",
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split("-> Unit lookback.service:")[1].split("-> Unit ")[0]


def words(line: str) -> list[str]:
    """The words of a command as systemd tells it, which is as the shell takes it."""
    script = f"printf '%s\\0' {line}"
    done = subprocess.run(["sh", "-c", script], capture_output=True, check=True)
    return done.stdout.decode().split("\0")[:-1]


def test_systemd_reads_every_path_as_it_is(awkward, tmp_path):
    folder, runtime = tmp_path / "units", tmp_path / "run"
    folder.mkdir()
    runtime.mkdir()
    text = awkward.print("systemd", AWS_PROFILE=PROFILE, AWS_SECRET_ACCESS_KEY="")
    units(text, folder)
    told = told_by_systemd(folder, runtime)
    command = words(re.search(r"Command Line: (.*)", told)[1])
    # It puts variables when it starts the program, and there `$$` is a `$`.
    assert command[0] == str(awkward.program)
    assert [word.replace("$$", "$") for word in command[1:]] == awkward.arguments
    assert all("$" not in word.replace("$$", "") for word in command[1:])
    assert f"Environment: AWS_PROFILE={PROFILE}\n" in told
    assert f" {awkward.warehouse} " in re.search(r"ReadWritePaths:.*", told)[0]


def crontab_line(text: str, is_collapsing: bool) -> str:
    """The command of a line as cron gives it to the shell.

    Debian's cron and ISC's make one of two backslashes; others take one away before a percent sign
    only.
    """
    table = CronTab(tab=text)
    (job,) = list(table)
    assert job.is_valid()
    (line,) = (line for line in text.splitlines() if not line.startswith("#"))
    # The parser's own words for it are others where the minute is 0.
    minute, *others, rest = line.split(" ", 5)
    assert others == ["*"] * 4 and 0 <= int(minute) < 60
    command, at = "", 0
    while at < len(rest):
        pair = rest[at : at + 2]
        if pair == "\\%" or is_collapsing and pair == "\\\\":
            command += pair[1]
            at += 2
        elif rest[at] == "%":
            pytest.fail("cron would end the command here")
        else:
            command += rest[at]
            at += 1
    return command


@pytest.mark.parametrize("is_collapsing", [True, False])
def test_cron_and_the_shell_read_every_path_as_it_is(tmp_path, is_collapsing):
    place = Place(tmp_path, AWKWARD.replace("/", ""), AWKWARD)
    text = place.print("cron", "--at", "04:30", AWS_PROFILE=PROFILE)
    command = crontab_line(text, is_collapsing)
    # In the place of the program, one that tells what it was given.
    place.program.unlink()
    place.program.write_text("#!/bin/sh\nprintf '%s\\0' \"$AWS_PROFILE\" \"$@\"\n")
    place.program.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "-c", command], env={"PATH": os.environ["PATH"]}, capture_output=True, check=True
    )
    given = done.stdout.decode().split("\0")[:-1]
    assert given == [PROFILE, *place.arguments, "--due", "04:30"]


def test_launchd_reads_every_path_as_it_is(tmp_path):
    place = Place(tmp_path, AWKWARD.replace("/", ""), AWKWARD)
    agent = plistlib.loads(place.print("launchd", AWS_PROFILE=PROFILE).encode())
    minute = agent.pop("StartCalendarInterval")
    assert list(minute) == ["Minute"] and 0 <= minute["Minute"] < 60
    assert agent == {
        "Label": "lookback",
        "ProgramArguments": [str(place.program), *place.arguments, "--due", "03:00"],
        "EnvironmentVariables": {"AWS_PROFILE": PROFILE},
        "ProcessType": "Background",
        "LowPriorityIO": True,
        "StandardErrorPath": f"{place.home}/Library/Logs/lookback.log",
    }


def test_kubernetes_takes_the_documents(tmp_path):
    place = Place(tmp_path, "bin", AWKWARD)
    flags = ["kubernetes", "--image", "registry.example/l:1", "--role-arn", ROLE, "--at", "23:50"]
    documents = list(yaml.safe_load_all(place.print(*flags, AWS_REGION=PROFILE)))
    for document in documents:
        kubernetes_validate.validate(document, "1.30", strict=True)
    kinds = [document["kind"] for document in documents]
    assert kinds == ["ServiceAccount", "Secret", "PersistentVolumeClaim", "CronJob"]
    account, secret, claim, job = documents
    assert account["metadata"]["annotations"] == {"eks.amazonaws.com/role-arn": ROLE}
    assert secret["stringData"] == {"lookback.toml": SETTINGS}
    assert claim["spec"]["resources"]["requests"]["storage"] == "20Gi"
    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    minute, hour = map(int, job["spec"]["schedule"].split()[:2])
    # Up to half an hour later than was asked, over midnight.
    assert 0 <= (hour * 60 + minute - (23 * 60 + 50)) % (24 * 60) < 30
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert pod["serviceAccountName"] == account["metadata"]["name"]
    (container,) = pod["containers"]
    assert container["args"] == [
        "--config", "/etc/lookback/lookback.toml", "--warehouse", "/var/lib/lookback", "night",
    ]  # fmt: skip
    # Kubernetes takes `$$` for a `$`.
    (variable,) = container["env"]
    assert variable["value"].replace("$$", "$") == PROFILE
    assert "$" not in variable["value"].replace("$$", "")
    volumes = {volume["name"] for volume in pod["volumes"]}
    assert volumes == {mount["name"] for mount in container["volumeMounts"]}


def test_settings_of_every_kind_come_through_yaml(tmp_path):
    place = Place(tmp_path, "bin", "etc")
    for settings in [SETTINGS, SETTINGS[1:], " # é\n" + SETTINGS, "#\ta\r\n" + SETTINGS, "# ---\n"]:
        place.settings.write_text(settings, newline="")
        documents = yaml.safe_load_all(
            place.print("kubernetes", "--image", "l", AWS_REGION="eu-west-1")
        )
        (secret,) = (document for document in documents if document["kind"] == "Secret")
        assert secret["stringData"] == {"lookback.toml": settings}


def test_no_secret_is_printed(tmp_path):
    secrets = {
        "AWS_ACCESS_KEY_ID": "AKIAPLANTEDPLANTED",
        "AWS_SECRET_ACCESS_KEY": "planted-secret-key",
        "AWS_SESSION_TOKEN": "planted-session-token",
        "HTTPS_PROXY": "http://user:planted-password@proxy:1",
    }
    key = '[[serve.key]]\naccess_key_id = "LOOKBACKREADER00"\naccount_id = "111122223333"\n'
    secret = 'secret_access_key = "planted-key-of-a-caller"\n'
    (tmp_path / "lookback.toml").write_text(SETTINGS + key + secret)
    for scheduler in ["systemd", "cron", "launchd", "kubernetes"]:
        outcome = run_lookback(
            tmp_path, "schedule", "print", scheduler, "--image", "l", **secrets
        )
        assert outcome.status == 0, outcome.stderr
        text = (outcome.stdout + outcome.stderr).lower()
        assert "planted" not in text
        warning = f"warning: secrets are not written to files: {', '.join(secrets)}\n"
        assert warning in outcome.stderr
        assert ("[[serve.key]]" in outcome.stderr) == (scheduler == "kubernetes")
