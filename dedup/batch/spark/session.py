"""Spark within this process, on this machine."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dedup.errors import SparkError

JAVA = 17
"""The oldest Java that Spark 4 runs on."""

# Throughput counts here, not pauses: this collector takes less processor time than Java's default.
_LOG = Path(__file__).with_name("spark_log.properties").as_uri()
_JAVA_OPTIONS = f"-XX:+UseParallelGC -Dlog4j2.configurationFile={_LOG}"
PACKAGES = ("pyspark", "pyarrow", "pandas")


def local_session(threads: int = 2, *, folder: str | None = None) -> Any:
    """Start Spark within this process and on this machine; quiet, without a web page.

    Args:
        threads: Tasks at the same time.
        folder: Where Spark keeps what it shuffles; the system's temporary folder without it.

    Raises:
        SparkError: pyspark or Java is not there, or Java is too old.
    """
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise SparkError(f"{missing[0]} is not installed: pip install 'khabar[spark]', or make spark")
    check_java()
    from pyspark.sql import SparkSession

    # Else workers run whatever python3 is in the path.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = (
        SparkSession.builder.master(f"local[{threads}]")
        .appName("khabar dedup archive")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", str(4 * threads))
        # Documents are wide: where those of a partition fit into memory they are hashed, not sorted.
        .config("spark.sql.adaptive.maxShuffledHashJoinLocalMapThreshold", "64m")
        .config("spark.sql.session.timeZone", "UTC")
        # Batches of a few megabytes: a document of 300 words takes 2.7 KB, and some are books.
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "2048")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.driver.extraJavaOptions", _JAVA_OPTIONS)
        .config("spark.log.level", "OFF")
    )
    if folder is not None:
        builder = builder.config("spark.local.dir", folder)
    return builder.getOrCreate()


def check_java() -> None:
    """Look whether Spark will run on the Java that it is going to find.

    Raises:
        SparkError: It will not.
    """
    home = os.environ.get("JAVA_HOME")
    java = f"{home}/bin/java" if home else shutil.which("java")
    if java is None:
        raise SparkError(f"Spark needs Java {JAVA} or newer, and no `java` is found")
    try:
        told = subprocess.run(  # noqa: S603  # the same that Spark is about to run
            [java, "-version"], capture_output=True, text=True, check=False
        ).stderr
    except OSError as error:
        raise SparkError(
            f"{java}: cannot be run: {error.strerror}; Spark needs Java {JAVA} or newer"
        ) from None
    version = re.search(r'version "(?:1\.)?(\d+)', told)
    if version and int(version[1]) < JAVA:
        raise SparkError(f"Spark needs Java {JAVA} or newer; {java} is {version[1]}")
