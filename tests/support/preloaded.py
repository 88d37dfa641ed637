"""Imported by the fork server alone: all that an API process and a worker import, which takes seconds."""

import commands.serve
import gql.app
import gql.protocol.uvicorn_internals
import tests.support.task_desk
import workers.main
import workers.queue

__all__ = ["commands", "gql", "tests", "workers"]
