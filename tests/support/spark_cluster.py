"""A cluster of Apache Spark on this machine, whose workers are processes that have none of our code."""

import sysconfig
import venv
from pathlib import Path

LOCAL_CLUSTER = "local-cluster[1,2,1024]"
"""Spark's own for tests: master and worker are in the driver's Java, tasks in one of their own with 1 GB."""


def cluster_environment(folder: Path) -> dict[str, str]:
    """What `LOCAL_CLUSTER` needs to be set.

    Args:
        folder: An empty folder.
    """
    import pyspark

    # Spark writes beside its own files.
    home = folder / "spark"
    home.mkdir()
    for path in Path(pyspark.__file__).parent.iterdir():
        (home / path.name).symlink_to(path)
    return {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": "127.0.0.1",
        # The driver says which Python workers run.
        "PYSPARK_PYTHON": str(_python_without_our_code(folder / "python")),
        # Compiling well takes Java longer than a test.
        "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1",
        "PYTHONPATH": "",
    }


def _python_without_our_code(folder: Path) -> Path:
    """A Python that has what is installed, and not what is being developed, which a file there leads to."""
    venv.create(folder, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    (packages / "installed.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "bin" / "python"
