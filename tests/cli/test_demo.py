"""The demo, as a new user sees it: it ends well, and the commands it names work."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.support.servers import temporary_data_dir


def _khabar(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("KHABAR_")}
    return subprocess.run(
        [sys.executable, "-c", "from crawler.cli import main; main()", *arguments],
        env=own | {"COLUMNS": "80"} | environment,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


def test_the_demo_ends_with_its_tables_the_report_and_commands_that_work(tmp_path: Path) -> None:
    with temporary_data_dir() as folder:
        # Somebody's real archive is set, and must be left alone: nothing answers at this address.
        done = _khabar("demo", KHABAR_DATA_DIR=str(folder), KHABAR_MONGODB_URI="mongodb://127.0.0.1:9/")
        try:
            assert done.returncode == 0, done.stderr
            assert "Traceback" not in done.stderr
            for site in ("demo-yasmin", "demo-assi", "demo-sahel", "demo-furat"):
                assert re.search(rf"{site} +ok ", done.stdout), done.stdout
            recrawl = done.stdout.split("2. Recrawl")[1].split("3. Dedup report")[0]
            assert "revised" in recrawl
            assert "gone" in recrawl
            page = re.search(r"The report as a page: (.+)", done.stdout)
            assert page is not None
            assert "Content-Security-Policy" in Path(page[1].strip()).read_text(encoding="utf-8")

            commands = re.findall(r"^  (?:\S*/)?khabar (.+)$", done.stdout, re.MULTILINE)
            assert len(commands) == 6
            assert commands[2].endswith(" web --open")  # it would go on until it is stopped
            shown = _khabar(*shlex.split(commands[0]))
            assert shown.returncode == 0, shown.stderr
            exported = _khabar(*shlex.split(commands[1].replace("articles.jsonl", str(tmp_path / "a.jsonl"))))
            assert exported.returncode == 0, exported.stderr
            assert len((tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()) > 50
            doctor = _khabar(*shlex.split(commands[4]))
            assert doctor.returncode == 0, doctor.stdout
        finally:
            stopped = _khabar("--data-dir", str(folder / "demo"), "stores", "stop")
        assert stopped.returncode == 0
        assert stopped.stderr.count("stopped in") == 2
