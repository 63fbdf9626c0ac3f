"""The archive pass on Apache Spark."""
