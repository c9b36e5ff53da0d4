import shutil
from pathlib import Path

import pytest

from tallystick import postgres
from tallystick.postgres.folders import Folders
from tallystick.postgres.programs import find_programs


@pytest.fixture
def make_programs(tmp_path: Path):
    """Make a folder of programs whose `postgres` has a version, and whose `initdb` fails."""

    def make(version: str) -> Path:
        for name, text in {
            "postgres": f"echo 'postgres (PostgreSQL) {version}'",
            "initdb": "echo 'initdb: error: the disk is made of cheese' >&2; exit 1",
        }.items():
            (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
            (tmp_path / name).chmod(0o755)
        return tmp_path

    return make


def test_the_programs_come_from_the_wheel(data_dir, wheel_programs, monkeypatch):
    monkeypatch.delenv("TALLYSTICK_PG_BIN", raising=False)

    programs = find_programs(Folders.of(data_dir))

    assert programs.bin == wheel_programs
    assert programs.major >= 18


def test_a_setting_names_other_programs(data_dir, make_programs, monkeypatch):
    monkeypatch.setenv("TALLYSTICK_PG_BIN", str(make_programs("19beta1")))

    programs = find_programs(Folders.of(data_dir))

    assert (programs.version, programs.major) == ("19beta1", 19)


def test_a_setting_that_names_no_programs_is_refused(data_dir, tmp_path, monkeypatch):
    monkeypatch.setenv("TALLYSTICK_PG_BIN", str(tmp_path))

    with pytest.raises(postgres.ProgramsMissing, match=f"TALLYSTICK_PG_BIN names {tmp_path}"):
        find_programs(Folders.of(data_dir))


def test_programs_too_old_are_not_used(data_dir, make_programs, monkeypatch):
    monkeypatch.setenv("TALLYSTICK_PG_BIN", str(make_programs("14.9")))

    with pytest.raises(postgres.ProgramsMissing, match="15 or newer"):
        find_programs(Folders.of(data_dir))


def test_data_of_another_major_version_is_left_alone(data_dir):
    cluster = data_dir / "postgres/cluster"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("12\n")

    with pytest.raises(postgres.WrongMajorVersion) as caught, postgres.running(data_dir):
        pass

    assert "written by PostgreSQL 12" in str(caught.value)
    assert "pg_dump" in str(caught.value)
    assert [path.name for path in cluster.iterdir()] == ["PG_VERSION"]


def test_an_unknown_folder_in_place_of_the_data_is_left_alone(data_dir):
    (data_dir / "postgres/cluster").mkdir(parents=True)
    (data_dir / "postgres/cluster/letters.txt").write_text("Dear Ada")

    with pytest.raises(postgres.FolderUnusable, match="holds no PostgreSQL data"):
        postgres.ensure_running(data_dir)

    assert (data_dir / "postgres/cluster/letters.txt").read_text() == "Dear Ada"


def test_what_initdb_says_is_in_the_error(data_dir, make_programs, monkeypatch):
    programs = make_programs("18.1")
    shutil.copytree(programs, data_dir.parent / "bin")
    monkeypatch.setenv("TALLYSTICK_PG_BIN", str(data_dir.parent / "bin"))

    with pytest.raises(postgres.StartFailed, match="the disk is made of cheese"):
        postgres.ensure_running(data_dir)


def test_the_usual_data_folder_is_the_systems_unless_set(monkeypatch, tmp_path):
    monkeypatch.setenv("TALLYSTICK_DATA_DIR", str(tmp_path))
    chosen = postgres.default_data_dir()
    monkeypatch.delenv("TALLYSTICK_DATA_DIR")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_DATA_HOME", "/srv/share")
    under_xdg = postgres.default_data_dir()
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", "/home/ada")
    at_home = postgres.default_data_dir()
    monkeypatch.setattr("os.geteuid", lambda: 0)
    for_root = postgres.default_data_dir()

    assert chosen == tmp_path
    assert under_xdg == Path("/srv/share/tallystick")
    assert at_home == Path("/home/ada/.local/share/tallystick")
    assert for_root == Path("/var/lib/tallystick")
