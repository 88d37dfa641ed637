"""Imported by the fork server alone: all that an API process and a worker import, which takes seconds.

What is imported here is exempt from garbage collection, so that the forked processes share its memory.
"""

from commands.loading import loading

with loading():
    import commands.serve
    import gql.app
    import gql.protocol.uvicorn_internals
    import gql.schema
    import tests.support.task_desk
    import workers.main
    import workers.queue

    gql.schema.the_schema()

__all__ = ["commands", "gql", "tests", "workers"]
