"""A check of a wheel as users have it: installed into an environment of its own, away from the sources.

    python -m tests.installed_wheel dist/gensim_distill-*.whl

runs the README's example and the command line, and type checkers on tests/consumer_program.py. The environment has the libraries of the
one that runs this, which takes seconds instead of minutes to install.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent))

import snippets

ROOT = Path(__file__).resolve().parents[1]
CONSUMER = ROOT / "tests" / "consumer_program.py"
WHERE = "import gensim_distill, importlib.metadata as m; print(gensim_distill.__file__, m.version('gensim-distill') == gensim_distill.__version__)"


class Installation:
    """A virtual environment with a wheel.

    Parameters
    ----------
    wheel : pathlib.Path
    folder : pathlib.Path
        An empty folder; programs run there.
    """

    def __init__(self, wheel: Path, folder: Path) -> None:
        self.folder = folder
        self.environment = folder / "environment"
        venv.create(self.environment)
        self.programs = self.environment / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.programs / ("python.exe" if os.name == "nt" else "python")
        (site,) = self.run("-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])").split("\n")
        # Of these folders the files that end in .pth have no effect, that of an editable installation neither.
        others = {sysconfig.get_paths()[kind] for kind in ("purelib", "platlib")}
        Path(site, "libraries.pth").write_text("\n".join(sorted(others)) + "\n", encoding="utf-8")
        pip = [
            sys.executable,
            "-m",
            "pip",
            "--python",
            self.python,
            "--disable-pip-version-check",
            "install",
            "--quiet",
        ]
        _run([*pip, "--no-deps", "--no-index", "--force-reinstall", wheel], folder)

    def run(self, *arguments: object, program: str = "") -> str:
        """Run Python, or a program of the environment, and return its output without the last line break."""
        return _run([self.programs / program if program else self.python, *arguments], self.folder)


def _run(command: list[object], folder: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "MYPYPATH")}
    done = subprocess.run(list(map(str, command)), cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout.removesuffix("\n")


def check_place_and_version(installed: Installation) -> None:
    """Check that the wheel is imported, not the sources, and that its metadata have the version of the package."""
    place, same = installed.run("-c", WHERE).rsplit(" ", 1)
    assert installed.environment in Path(place).parents, place
    assert same == "True", "the metadata have another version"


def check_commands(installed: Installation) -> None:
    """Check the command line: a command on vectors that gensim ships, and the same as a module."""
    vectors = installed.run("-c", "from gensim.test.utils import datapath; print(datapath('test_glove.txt'))")
    nearest = installed.run("neighbors", vectors, "the", "--json", "--quiet", program="gensim-distill")
    assert '"the"' in nearest
    assert installed.run("-m", "gensim_distill", "neighbors", vectors, "the", "--json", "--quiet") == nearest


def check_readme(installed: Installation) -> None:
    """Check that the README's example prints what the README shows."""
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    for block in snippets.blocks(page):
        if block.language == "python":
            printed = installed.run("-c", block.code)
            assert printed.rstrip() == block.expected["output"].rstrip(), printed


def check_types(installed: Installation, command: list[str]) -> None:
    """Check that a type checker reports the marked lines of the program and no others."""
    program = installed.folder / CONSUMER.name
    program.write_bytes(CONSUMER.read_bytes())
    done = subprocess.run([*command, str(program)], cwd=installed.folder, capture_output=True, text=True)
    reported = {int(line) for line in re.findall(rf"{CONSUMER.stem}\.py:(\d+)(?::\d+)*[: -]+error", done.stdout)}
    marked = {n for n, line in enumerate(CONSUMER.read_text(encoding="utf-8").splitlines(), 1) if "# error" in line}
    assert reported == marked, (
        f"{command[0]}: lines {sorted(reported)} instead of {sorted(marked)}\n{done.stdout}{done.stderr}"
    )


def main() -> None:
    """Check the wheel that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--pyright", help="the program pyright or basedpyright, if it is to be run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        installed = Installation(options.wheel.resolve(), Path(folder).resolve())
        python = str(installed.python)
        mypy = [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--python-executable",
            python,
            "--cache-dir",
            f"{folder}/cache",
        ]
        pyright = [options.pyright, "--pythonpath", python, "--level", "error"]
        for name, check in {
            "place and version": lambda: check_place_and_version(installed),
            "command line": lambda: check_commands(installed),
            "README": lambda: check_readme(installed),
            "mypy": lambda: check_types(installed, mypy),
            **({"pyright": lambda: check_types(installed, pyright)} if options.pyright else {}),
        }.items():
            check()
            print(f"{options.wheel.name}: {name} passed", flush=True)


if __name__ == "__main__":
    main()
