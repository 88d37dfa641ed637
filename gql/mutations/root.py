"""All mutations. Each file of this folder is one; `field` declares what it needs."""

import strawberry

from gql.mutations import (
    check_in,
    clear_mark,
    drop_enrollment,
    enroll_student,
    launch_kiosk,
    mark_attendance,
    refresh_session,
    sign_in,
    sign_out,
    revoke_kiosk,
    rotate_check_in_code,
    submit_attendance,
    transfer_enrollment,
    update_absence_settings,
    update_class_settings,
    update_kiosk_settings,
    update_staff_portal_settings,
)


@strawberry.type(description="What changes things. Each field is one business act, done whole or not at all.")
class Mutation:
    sign_in = sign_in.field
    refresh_session = refresh_session.field
    sign_out = sign_out.field
    submit_attendance = submit_attendance.field
    mark_attendance = mark_attendance.field
    check_in = check_in.field
    clear_mark = clear_mark.field
    enroll_student = enroll_student.field
    drop_enrollment = drop_enrollment.field
    transfer_enrollment = transfer_enrollment.field
    update_class_settings = update_class_settings.field
    update_staff_portal_settings = update_staff_portal_settings.field
    update_kiosk_settings = update_kiosk_settings.field
    update_absence_settings = update_absence_settings.field
    launch_kiosk = launch_kiosk.field
    revoke_kiosk = revoke_kiosk.field
    rotate_check_in_code = rotate_check_in_code.field
