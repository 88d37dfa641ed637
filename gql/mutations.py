"""The root type of all mutations. Each field is defined in a file of its own, where it declares its access."""

import strawberry

from gql.absences import (
    approve_expected_absence,
    assign_substitutes,
    deny_expected_absence,
    mark_staff_absent,
    record_expected_absence,
    remove_staff_absence,
    request_expected_absence,
    withdraw_expected_absence,
)
from gql.accounts import (
    accept_invitation,
    change_password,
    complete_sign_in,
    confirm_second_factor,
    create_permission_group,
    create_staff,
    delete_permission_group,
    end_sign_in,
    end_sign_ins,
    end_staff,
    invite_guardian,
    invite_staff,
    remove_second_factor,
    renew_recovery_codes,
    request_password_reset,
    reset_password,
    reset_second_factor,
    restore_staff,
    revoke_invitation,
    send_password_reset,
    start_second_factor,
    update_permission_group,
    update_staff,
)
from gql.cancelling import cancel_occurrences, create_cancellation_tokens, restore_occurrence
from gql.catalogue import (
    carry_over,
    create_blackout_date,
    create_blackout_schedule,
    create_location,
    create_offering,
    create_program,
    create_session,
    create_timeslot,
    end_blackout_date,
    end_blackout_schedule,
    end_location,
    end_offering,
    end_program,
    end_session,
    end_timeslot,
    update_blackout_date,
    update_blackout_schedule,
    update_location,
    update_offering,
    update_program,
    update_session,
    update_timeslot,
)
from gql.enrollments import (
    accept_place,
    decline_place,
    drop_enrollment,
    enroll_student,
    offer_place,
    transfer_enrollment,
    withdraw_place,
)
from gql.kiosk import launch_kiosk, revoke_kiosk, rotate_check_in_code
from gql.makeups import (
    approve_makeup,
    book_makeup,
    deny_makeup,
    give_back_makeup,
    redeem_makeup_token,
    request_makeup,
    withdraw_makeup_request,
)
from gql.marks import check_in, clear_mark, mark_attendance, record_queued, submit_attendance, undo_kiosk_check_in
from gql.organization import (
    refresh_session,
    sign_in,
    sign_out,
    update_absence_settings,
    update_class_settings,
    update_kiosk_settings,
    update_makeup_token_settings,
    update_organization,
    update_security_settings,
    update_staff_portal_settings,
)
from gql.people import (
    add_student_note,
    close_student_note,
    create_family,
    create_guardian,
    create_student,
    end_family,
    end_guardian,
    end_student,
    erase_family,
    merge_people,
    register_family,
    update_family,
    update_guardian,
    update_student,
)
from gql.reports import write_report
from gql.tasks import cancel_background_task, delete_background_task, send_statements, send_withheld_emails
from gql.tokens import (
    create_makeup_tokens,
    create_makeup_tokens_for_students,
    delete_makeup_token,
    edit_makeup_token,
    reset_makeup_token,
)


@strawberry.type(
    description="The root of everything that changes data. Each field is one act of business, which is done "
    "completely or not at all."
)
class Mutation:
    sign_in = sign_in.field
    complete_sign_in = complete_sign_in.field
    refresh_session = refresh_session.field
    sign_out = sign_out.field
    accept_invitation = accept_invitation.field
    request_password_reset = request_password_reset.field
    reset_password = reset_password.field
    change_password = change_password.field
    start_second_factor = start_second_factor.field
    confirm_second_factor = confirm_second_factor.field
    renew_recovery_codes = renew_recovery_codes.field
    remove_second_factor = remove_second_factor.field
    reset_second_factor = reset_second_factor.field
    end_sign_in = end_sign_in.field
    end_sign_ins = end_sign_ins.field
    create_staff = create_staff.field
    update_staff = update_staff.field
    end_staff = end_staff.field
    restore_staff = restore_staff.field
    create_permission_group = create_permission_group.field
    update_permission_group = update_permission_group.field
    delete_permission_group = delete_permission_group.field
    invite_staff = invite_staff.field
    invite_guardian = invite_guardian.field
    revoke_invitation = revoke_invitation.field
    send_password_reset = send_password_reset.field
    submit_attendance = submit_attendance.field
    record_queued = record_queued.field
    mark_attendance = mark_attendance.field
    check_in = check_in.field
    clear_mark = clear_mark.field
    undo_kiosk_check_in = undo_kiosk_check_in.field
    enroll_student = enroll_student.field
    offer_place = offer_place.field
    accept_place = accept_place.field
    decline_place = decline_place.field
    withdraw_place = withdraw_place.field
    drop_enrollment = drop_enrollment.field
    transfer_enrollment = transfer_enrollment.field
    add_student_note = add_student_note.field
    close_student_note = close_student_note.field
    update_student = update_student.field
    register_family = register_family.field
    create_family = create_family.field
    update_family = update_family.field
    create_guardian = create_guardian.field
    update_guardian = update_guardian.field
    end_guardian = end_guardian.field
    end_family = end_family.field
    end_student = end_student.field
    create_student = create_student.field
    merge_families = merge_people.families
    merge_guardians = merge_people.guardians
    merge_students = merge_people.students
    erase_family = erase_family.field
    update_class_settings = update_class_settings.field
    update_staff_portal_settings = update_staff_portal_settings.field
    update_kiosk_settings = update_kiosk_settings.field
    update_absence_settings = update_absence_settings.field
    update_makeup_token_settings = update_makeup_token_settings.field
    update_organization = update_organization.field
    update_security_settings = update_security_settings.field
    cancel_occurrences = cancel_occurrences.field
    create_cancellation_tokens = create_cancellation_tokens.field
    restore_occurrence = restore_occurrence.field
    send_statements = send_statements.field
    mark_staff_absent = mark_staff_absent.field
    assign_substitutes = assign_substitutes.field
    remove_staff_absence = remove_staff_absence.field
    launch_kiosk = launch_kiosk.field
    revoke_kiosk = revoke_kiosk.field
    rotate_check_in_code = rotate_check_in_code.field
    record_expected_absence = record_expected_absence.field
    request_expected_absence = request_expected_absence.field
    approve_expected_absence = approve_expected_absence.field
    deny_expected_absence = deny_expected_absence.field
    withdraw_expected_absence = withdraw_expected_absence.field
    cancel_background_task = cancel_background_task.field
    delete_background_task = delete_background_task.field
    send_withheld_emails = send_withheld_emails.field
    redeem_makeup_token = redeem_makeup_token.field
    book_makeup = book_makeup.field
    request_makeup = request_makeup.field
    approve_makeup = approve_makeup.field
    deny_makeup = deny_makeup.field
    withdraw_makeup_request = withdraw_makeup_request.field
    give_back_makeup = give_back_makeup.field
    create_makeup_tokens = create_makeup_tokens.field
    create_makeup_tokens_for_students = create_makeup_tokens_for_students.field
    delete_makeup_token = delete_makeup_token.field
    edit_makeup_token = edit_makeup_token.field
    reset_makeup_token = reset_makeup_token.field
    create_location = create_location.field
    update_location = update_location.field
    end_location = end_location.field
    create_program = create_program.field
    update_program = update_program.field
    end_program = end_program.field
    create_session = create_session.field
    update_session = update_session.field
    end_session = end_session.field
    create_blackout_schedule = create_blackout_schedule.field
    update_blackout_schedule = update_blackout_schedule.field
    end_blackout_schedule = end_blackout_schedule.field
    create_blackout_date = create_blackout_date.field
    update_blackout_date = update_blackout_date.field
    end_blackout_date = end_blackout_date.field
    create_offering = create_offering.field
    update_offering = update_offering.field
    end_offering = end_offering.field
    create_timeslot = create_timeslot.field
    update_timeslot = update_timeslot.field
    end_timeslot = end_timeslot.field
    carry_over = carry_over.field
    write_report = write_report.field
