"""A data folder copied without its owners, on a full disk or a read-only one: said in words, and mended."""

import re
import subprocess
from pathlib import Path

from cli_commands import Run, eventually
from cli_ports import free_port

from disks import Disk
from tallystick.cli.exits import Exit
from tallystick.postgres.locks import is_locked


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


def test_a_full_disk_is_said_and_room_on_it_ends_the_trouble(run: Run, small_disk: Disk):
    given = {"TALLYSTICK_DATA_DIR": str(small_disk.path / "data")}

    full = run("migrate", **given)
    small_disk.remount("size=300m")
    again = run("migrate", **given)

    assert full.returncode == Exit.FAILED, full.stderr
    assert "make room on it and try again" in full.stderr
    assert "Traceback" not in full.stderr
    assert again.returncode == Exit.OK, again.stderr
    assert _until_stopped(small_disk.path / "data")


def test_a_read_only_disk_is_said_and_the_command_named_ends_the_trouble(
    run: Run, small_disk: Disk
):
    data = small_disk.path / "data"
    given = {"TALLYSTICK_DATA_DIR": str(data)}
    demo = ("demo", "--data", str(small_disk.path / "demo"))
    up = ("up", "--port", str(free_port(18_700)))
    small_disk.remount("ro,size=300m")

    refused = [run(*words, **given) for words in (up, ("status",), demo)]
    small_disk.remount("rw")
    (data / "postgres").mkdir(parents=True)
    small_disk.remount("ro")
    refused += [run("status", **given), run(*up, **given)]
    mend = re.search(r"as root: ([^;]*);", refused[-1].stderr)
    assert mend, refused[-1].stderr
    subprocess.run(mend[1], shell=True, check=True)  # noqa: S602 - as a person types it
    mended = run("migrate", **given)

    for ended in refused:
        assert ended.returncode == Exit.NOT_SET_UP, ended.stderr
        assert f"the disk at {small_disk.path} is mounted read-only" in ended.stderr
        assert "chown" not in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
    assert mended.returncode == Exit.OK, mended.stderr
    assert _until_stopped(data)


def _until_stopped(folder: Path) -> bool:
    return eventually(lambda: not is_locked(folder / "postgres" / "keeper.lock"), 30)
