"""The stand-in is a distribution of its own: it runs where neither Django nor PostgreSQL is."""

import json
import re
import subprocess
import sys
import tomllib
from email.parser import HeaderParser
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from zipfile import ZipFile

import httpx2
import pytest

from plain_http import NO_TLS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "distributions" / "xero-sandbox"
#: Runs the command from a folder; of all that is installed here only the modules told can be imported.
_ALONE = """
import json, sys
folder, known = sys.argv.pop(1), {*json.loads(sys.argv.pop(1)), *sys.stdlib_module_names}
class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in known:
            raise ModuleNotFoundError(f"{name} is not installed where the stand-in is alone")
sys.meta_path.insert(0, Nothing())
sys.path.insert(0, folder)
from xero_sandbox.cli import main
sys.exit(main())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    made = tmp_path_factory.mktemp("wheel")
    build = ["wheel", "--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    subprocess.run([sys.executable, "-m", "pip", *build, "--wheel-dir", made, FOLDER], check=True)
    [built] = made.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def alone(wheel, tmp_path_factory):
    """The command line that runs the stand-in with nothing but what it says that it needs."""
    target = tmp_path_factory.mktemp("alone")
    with ZipFile(wheel) as archive:
        archive.extractall(target)
    wanted = with_all_they_need(needs(wheel))
    modules = {"xero_sandbox"} | {
        module
        for module, owners in packages_distributions().items()
        if wanted & {plain(owner) for owner in owners}
    }
    return [sys.executable, "-I", "-c", _ALONE, str(target), json.dumps(sorted(modules))]


def needs(wheel):
    with ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith("/METADATA")]
        told = HeaderParser().parsestr(archive.read(name).decode())
    return {plain(line) for line in told.get_all("Requires-Dist", [])}


def with_all_they_need(names):
    found, open_ones = set(), list(names)
    while open_ones:
        name = open_ones.pop()
        if name not in found:
            found.add(name)
            open_ones += [plain(line) for line in requires(name) or [] if "extra ==" not in line]
    return found


def plain(requirement):
    """The name of a distribution in a requirement, as all write it alike."""
    return re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-")


def test_it_needs_neither_django_nor_postgresql(wheel):
    assert needs(wheel) == {"cryptography", "defusedxml", "jinja2"}


def test_it_holds_all_that_belongs_to_it_and_nothing_of_the_product(wheel):
    with ZipFile(wheel) as archive:
        files = {name for name in archive.namelist() if ".dist-info/" not in name}
    package = ROOT / "src" / "xero_sandbox"
    there = {
        f"xero_sandbox/{path.relative_to(package)}"
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert files == there | {"xero_sandbox/LICENSE"}


def test_the_command_explains_itself(alone):
    said = subprocess.run([*alone, "--help"], capture_output=True, text=True, check=True)

    assert "usage: xero-sandbox" in said.stdout
    assert "--port" in said.stdout


def test_it_serves_an_organisation_all_by_itself(alone):
    command = [*alone, "--port", "0", "--data", ":memory:"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        with httpx2.Client(base_url=url, verify=NO_TLS) as http:
            organisations = http.get("/_sandbox/organisations").json()["organisations"]
        process.terminate()

    assert len(organisations) == 5
    assert process.returncode == 0


def test_both_distributions_carry_the_same_version():
    product = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    stand_in = tomllib.loads((FOLDER / "pyproject.toml").read_text())["project"]

    assert stand_in["version"] == product["version"]
    assert product["optional-dependencies"]["demo"] == ["xero-sandbox>=0.1,<0.2"]


def test_what_make_setup_installs_runs_the_sources_and_no_copy_of_them(tmp_path):
    ask = "import xero_sandbox; print(xero_sandbox.__file__)"
    said = subprocess.run(
        [sys.executable, "-c", ask], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert Path(said.stdout.strip()) == ROOT / "src" / "xero_sandbox" / "__init__.py"
