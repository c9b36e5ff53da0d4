"""A data folder copied without its owners, on a full disk or a read-only one: said in words, and mended."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_commands import Run, eventually

from tallystick.cli.exits import Exit
from tallystick.postgres.locks import is_locked

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def test_a_copy_without_owners_and_rights_says_how_to_mend_it(run: Run, data_dir: Path):
    """`cp -r` by root makes everything root's, and readable by all."""
    original, copy = data_dir, data_dir.with_name("copy")
    assert run("migrate", TALLYSTICK_DATA_DIR=str(original)).returncode == Exit.OK
    assert _until_stopped(original)
    subprocess.run(["cp", "-r", original, copy], check=True)
    subprocess.run(["chmod", "-R", "a+rX", copy / "postgres"], check=True)
    (copy / "postgres" / "cluster" / "postmaster.pid").write_text("1\n")

    refused = run("status", TALLYSTICK_DATA_DIR=str(copy))
    mend = re.search(r"run: (.*)", refused.stderr)
    assert mend, refused.stderr
    subprocess.run(mend[1], shell=True, check=True)  # noqa: S602 - as a person types it
    mended = run("migrate", "--check", TALLYSTICK_DATA_DIR=str(copy))

    assert refused.returncode == Exit.NOT_SET_UP
    assert "must belong to the account" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert mended.returncode == Exit.OK, mended.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 30 MB, less than a new database needs."""
    place = Path("/tmp") / f"small-{os.getpid()}"  # noqa: S108 - any account may pass
    place.mkdir(mode=0o711)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=30m,mode=711", "none", place], check=True)
    yield place
    subprocess.run(["umount", "-l", place], check=True)
    shutil.rmtree(place, ignore_errors=True)


@needs_root
def test_a_full_disk_is_said_and_room_on_it_ends_the_trouble(run: Run, small_disk: Path):
    given = {"TALLYSTICK_DATA_DIR": str(small_disk / "data")}

    full = run("migrate", **given)
    _remount(small_disk, "size=300m")
    again = run("migrate", **given)

    assert full.returncode == Exit.FAILED, full.stderr
    assert "make room on it and try again" in full.stderr
    assert "Traceback" not in full.stderr
    assert again.returncode == Exit.OK, again.stderr
    assert _until_stopped(small_disk / "data")


@needs_root
def test_a_read_only_disk_is_said_and_the_command_named_ends_the_trouble(
    run: Run, small_disk: Path
):
    data = small_disk / "data"
    given = {"TALLYSTICK_DATA_DIR": str(data)}
    demo = ("demo", "--data", str(small_disk / "demo"))
    _remount(small_disk, "ro,size=300m")

    refused = [run(*words, **given) for words in (("up",), ("status",), demo)]
    _remount(small_disk, "rw")
    (data / "postgres").mkdir(parents=True)
    _remount(small_disk, "ro")
    refused += [run("status", **given), run("up", **given)]
    mend = re.search(r"as root: ([^;]*);", refused[-1].stderr)
    assert mend, refused[-1].stderr
    subprocess.run(mend[1], shell=True, check=True)  # noqa: S602 - as a person types it
    mended = run("migrate", **given)

    for ended in refused:
        assert ended.returncode == Exit.NOT_SET_UP, ended.stderr
        assert f"the disk at {small_disk} is mounted read-only" in ended.stderr
        assert "chown" not in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
    assert mended.returncode == Exit.OK, mended.stderr
    assert _until_stopped(data)


def _remount(disk: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", disk], check=True)


def _until_stopped(folder: Path) -> bool:
    return eventually(lambda: not is_locked(folder / "postgres" / "keeper.lock"), 30)
