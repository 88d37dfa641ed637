"""The root type of all queries. Each field is defined in a file of its own, where it declares its access."""

import strawberry

from gql.absences import expected_absences_query, staff_absences_query
from gql.accounts import (
    check_account_link_query,
    invitations_query,
    permission_groups_query,
    second_factor_query,
    sign_ins_query,
    staff_account_query,
    staff_members_query,
    staff_query,
)
from gql.calendar import occurrence_query, occurrences_query, offerings_query, programs_query
from gql.cancelling import cancellation_preview_query, cancellation_tokens_preview_query
from gql.catalogue import (
    blackout_dates_query,
    blackout_schedules_query,
    carry_over_preview,
    create_blackout_date,
    create_offering,
    create_timeslot,
    end_blackout_date,
    end_offering,
    end_session,
    end_timeslot,
    sessions_query,
    update_blackout_date,
    update_location,
    update_offering,
    update_program,
    update_session,
    update_timeslot,
)
from gql.enrollments import enrollments_query
from gql.fields import node_query
from gql.kiosk import kiosk_family_query, kiosks_query
from gql.makeups import eligible_makeups_query, makeup_requests_query
from gql.organization import (
    locations_query,
    medical_reads_query,
    security_events_query,
    settings_query,
    viewer_query,
)
from gql.people import (
    end_family,
    end_student,
    erase_family_preview_query,
    export_family_query,
    families_query,
    family_query,
    merge_preview,
    merges_query,
    student_query,
    students_query,
)
from gql.reports import absence_report_query, attendance_report_query, capacity_report_query, token_report_query
from gql.roster import day_sheets_query
from gql.tasks import background_tasks_query
from gql.tokens import makeup_tokens_preview_query, makeup_tokens_query, token_defaults_query


@strawberry.type(
    description="The root of everything that can be read. A field returns only what the viewer may see. Descriptions "
    "say which permission a field needs; `Permission` explains the names."
)
class Query:
    viewer = viewer_query.field
    nodes = node_query.many
    node = node_query.one
    occurrence = occurrence_query.field
    occurrences = occurrences_query.field
    day_sheets = day_sheets_query.field
    offerings = offerings_query.field
    student = student_query.field
    students = students_query.field
    family = family_query.field
    families = families_query.field
    merge_families_preview = merge_preview.families
    merge_guardians_preview = merge_preview.guardians
    merge_students_preview = merge_preview.students
    merges = merges_query.field
    security_events = security_events_query.field
    medical_reads = medical_reads_query.field
    export_family = export_family_query.field
    erase_family_preview = erase_family_preview_query.field
    end_family_preview = end_family.preview
    end_student_preview = end_student.preview
    locations = locations_query.field
    programs = programs_query.field
    settings = settings_query.field
    check_account_link = check_account_link_query.field
    second_factor = second_factor_query.field
    sign_ins = sign_ins_query.field
    staff = staff_query.field
    staff_account = staff_account_query.field
    staff_members = staff_members_query.field
    permission_groups = permission_groups_query.field
    invitations = invitations_query.field
    kiosks = kiosks_query.field
    kiosk_family = kiosk_family_query.field
    expected_absences = expected_absences_query.field
    background_tasks = background_tasks_query.field
    eligible_makeups = eligible_makeups_query.field
    makeup_requests = makeup_requests_query.field
    staff_absences = staff_absences_query.field
    cancellation_preview = cancellation_preview_query.field
    enrollments = enrollments_query.field
    makeup_tokens = makeup_tokens_query.field
    token_defaults = token_defaults_query.field
    makeup_tokens_preview = makeup_tokens_preview_query.field
    cancellation_tokens_preview = cancellation_tokens_preview_query.field
    attendance_report = attendance_report_query.field
    absence_report = absence_report_query.field
    token_report = token_report_query.field
    capacity_report = capacity_report_query.field
    sessions = sessions_query.field
    blackout_schedules = blackout_schedules_query.field
    blackout_dates = blackout_dates_query.field
    update_location_preview = update_location.preview
    update_program_preview = update_program.preview
    update_session_preview = update_session.preview
    end_session_preview = end_session.preview
    create_blackout_date_preview = create_blackout_date.preview
    update_blackout_date_preview = update_blackout_date.preview
    end_blackout_date_preview = end_blackout_date.preview
    create_offering_preview = create_offering.preview
    update_offering_preview = update_offering.preview
    end_offering_preview = end_offering.preview
    create_timeslot_preview = create_timeslot.preview
    update_timeslot_preview = update_timeslot.preview
    end_timeslot_preview = end_timeslot.preview
    carry_over_preview = carry_over_preview.field
