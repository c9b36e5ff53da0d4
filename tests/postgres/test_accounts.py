import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from postgres_processes import eventually, notes, postmaster_of, processes_of, write_note

import tallystick
from tallystick import postgres
from tallystick.postgres.folders import Folders

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become somebody else")


@as_root
def test_root_runs_the_server_as_somebody_else_and_owns_only_its_folders(data_dir: Path) -> None:
    above = data_dir.parent.stat()

    with postgres.running(data_dir):
        server = Path(f"/proc/{postmaster_of(data_dir)}").stat()

    assert server.st_uid != 0
    assert (data_dir / "postgres/cluster").stat().st_uid == server.st_uid
    assert data_dir.stat().st_uid == 0
    assert (data_dir.parent.stat().st_mode, data_dir.parent.stat().st_uid) == (above.st_mode, 0)


@as_root
def test_root_may_have_programs_and_work_folder_where_nobody_else_can_look(
    data_dir: Path,
    copy_programs: Callable[[Path], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TALLYSTICK_PG_BIN", str(copy_programs(tmp_path)))
    monkeypatch.chdir(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700

    with postgres.running(data_dir) as url:
        write_note(url, "kept")
        program = os.readlink(f"/proc/{postmaster_of(data_dir)}/exe")

    assert program.startswith(f"{data_dir}/postgres/programs-")
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


@as_root
def test_root_learns_which_folder_is_closed_to_the_database(tmp_path: Path) -> None:
    with pytest.raises(postgres.FolderUnusable) as caught, postgres.running(tmp_path / "data"):
        pass

    closed = next(folder for folder in [*reversed(tmp_path.parents), tmp_path] if _closed(folder))
    assert f"may not enter {closed}." in str(caught.value)
    assert "TALLYSTICK_DATA_DIR" in str(caught.value)


@as_root
def test_a_closed_data_folder_of_roots_own_is_opened_to_pass_through(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o700)
    (data_dir / "secret").touch(mode=0o600)

    with postgres.running(data_dir) as url:
        write_note(url, "reached")

    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o711


@as_root
def test_an_ordinary_user_has_a_server_of_their_own(
    data_dir: Path, copy_programs: Callable[[Path], Path]
) -> None:
    python = _python_for_everybody()
    shutil.copytree(
        Path(tallystick.__file__).parent / "postgres", data_dir / "src/tallystick/postgres"
    )
    programs = copy_programs(data_dir)
    theirs = data_dir / "theirs"
    theirs.mkdir()
    os.chown(theirs, 65534, 65534)
    script = (
        "from tallystick import postgres; from pathlib import Path\n"
        f"with postgres.running(Path({str(theirs / 'data')!r})) as url: print(url); input()\n"
    )
    with subprocess.Popen(
        [python, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        user=65534,
        group=65534,
        extra_groups=[],
        env={"PYTHONPATH": str(data_dir / "src"), "TALLYSTICK_PG_BIN": str(programs)},
    ) as user:
        assert user.stdout is not None
        url = user.stdout.readline().strip()

        write_note(url, "theirs")
        assert Path(f"/proc/{postmaster_of(theirs / 'data')}").stat().st_uid == 65534
        user.communicate("\n")

    eventually(lambda: not processes_of(data_dir))
    with postgres.running(theirs / "data") as url:  # root takes it over as its owner
        assert notes(url) == ["theirs"]
        assert Path(f"/proc/{postmaster_of(theirs / 'data')}").stat().st_uid == 65534
    assert stat.S_IMODE((theirs / "data").stat().st_mode) == 0o700


def test_somebody_elses_folder_in_place_of_the_sockets_is_refused(data_dir: Path) -> None:
    deep = data_dir / ("d" * 100)
    sockets = Folders.of(deep).sockets
    sockets.symlink_to(data_dir.parent)
    try:
        with pytest.raises(postgres.FolderUnusable) as caught, postgres.running(deep):
            pass
    finally:
        sockets.unlink()

    assert str(sockets) in str(caught.value)


def _closed(folder: Path) -> bool:
    return not folder.stat().st_mode & stat.S_IXOTH


def _python_for_everybody() -> str:
    """A Python that an ordinary account may run: ours may lie in root's home."""
    for python in (sys.executable, "/usr/bin/python3"):
        check = [python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
        try:
            subprocess.run(check, check=True, user=65534, group=65534, extra_groups=[])
            return python
        except (OSError, subprocess.CalledProcessError):
            continue
    pytest.skip("no Python 3.11 that an ordinary account may run")
