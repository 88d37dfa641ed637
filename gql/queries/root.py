"""All queries. Each file of this folder is one; `field` declares what it needs."""

import strawberry

from gql.queries import (
    background_tasks,
    cancellation_preview,
    eligible_makeups,
    expected_absences,
    kiosk_family,
    kiosks,
    locations,
    makeup_requests,
    node,
    occurrence,
    occurrences,
    offerings,
    programs,
    settings,
    staff_absences,
    student,
    students,
    viewer,
)


@strawberry.type(description="What can be read.")
class Query:
    viewer = viewer.field
    nodes = node.many
    node = node.one
    occurrence = occurrence.field
    occurrences = occurrences.field
    offerings = offerings.field
    student = student.field
    students = students.field
    locations = locations.field
    programs = programs.field
    settings = settings.field
    kiosks = kiosks.field
    kiosk_family = kiosk_family.field
    expected_absences = expected_absences.field
    background_tasks = background_tasks.field
    eligible_makeups = eligible_makeups.field
    makeup_requests = makeup_requests.field
    staff_absences = staff_absences.field
    cancellation_preview = cancellation_preview.field
