"""The refusals of eraseFamily."""

import strawberry

from attendance.rules.people import erasure_refusals as rules
from gql.fields.user_errors import UserError, refusal


@refusal(
    rules.ErasurePreviewOutdated,
    description="The family, its enrollments or its balance have changed since the preview. Nothing was erased. Read "
    "`eraseFamilyPreview` again.",
)
class ErasurePreviewOutdated(UserError):
    family_id: strawberry.ID = strawberry.field(description="The id of the family.")


@refusal(
    rules.ImportIsRunning,
    description="An import of the organization is running, which could write again what is erased. Nothing was erased. "
    "Try again when the import has ended.",
)
class ImportIsRunning(UserError):
    pass
