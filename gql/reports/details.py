"""What tells classes, students or instructors of one name apart, as types of the schema (R15.1)."""

from datetime import date

import strawberry

from db.reports.details import ClassDetails, InstructorDetails, StudentDetails


@strawberry.type(description="A weekday and a time at which a class met.")
class ReportMeeting:
    weekday: int = strawberry.field(description="From 1 (Monday) to 7 (Sunday).")
    start_time: str = strawberry.field(description="The time of the start, as `HH:MM` in the location's time zone.")


@strawberry.type(description="What tells a class from others that have its name.")
class ReportClass:
    location_name: str = strawberry.field(
        description="The name of the location where the last of the counted sheets was held."
    )
    meetings: list[ReportMeeting] = strawberry.field(
        description="The weekdays and times of the counted sheets, each once, in order."
    )


@strawberry.type(description="What tells a student from others who have the same name.")
class ReportStudent:
    family_name: str = strawberry.field(description="The name of the student's family.")
    birth_on: date | None = strawberry.field(description="The date of birth. Null when it is not known.")


@strawberry.type(description="What tells an instructor from others who have the same name.")
class ReportInstructor:
    class_names: list[str] = strawberry.field(
        description="The names of the classes of the counted sheets, each once, in order."
    )
    location_names: list[str] = strawberry.field(
        description="The names of the locations of the counted sheets, each once, in order."
    )


def show_class(details: ClassDetails) -> ReportClass:
    return ReportClass(
        location_name=details.location_name,
        meetings=[ReportMeeting(weekday=day, start_time=f"{start:%H:%M}") for day, start in details.meetings],
    )


def show_student(details: StudentDetails) -> ReportStudent:
    return ReportStudent(family_name=details.family_name, birth_on=details.birth_on)


def show_instructor(details: InstructorDetails) -> ReportInstructor:
    return ReportInstructor(class_names=list(details.class_names), location_names=list(details.location_names))
