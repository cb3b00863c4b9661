"""The one-machine centre 单机版: Temporal, PostgreSQL, workers, API and codec server under one supervisor."""
