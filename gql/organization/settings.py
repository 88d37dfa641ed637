"""The type Settings: an organization's settings, with the history of their changes."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
import strawberry
from strawberry.utils.str_converters import to_camel_case

from attendance.rules.organization import settings as values
from attendance.rules.organization.settings import OrganizationSettings
from attendance.rules.organization.settings_changes import SettingsChangeFacts
from db.organization.settings_changes import ListedSettingsChange, list_settings_changes
from gql.enrollments.vocabulary import EnrollmentType
from gql.fields.access import requires
from gql.fields.context import Info, Reading
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.loaders import load
from gql.fields.pagination import Connection, Cursors, Page, first_page, read_page
from gql.fields.vocabulary import Permission
from gql.organization.settings_descriptions import SAYS
from gql.people.people import StaffMember, show_staff_member
from gql.tokens.vocabulary import ExpiryAnchor, ExpiryUnit, LimitPeriod, LimitScope, TokenTrigger

MANAGE_SETTINGS = frozenset({Permission.MANAGE_SETTINGS})
_CURSORS = Cursors("settingsChanges", (datetime, UUID))


@strawberry.type(description="Settings of classes, appointments and camps, and of the Office Portal.")
class ClassSettings:
    office_check_in_mode: bool = strawberry.field(description=SAYS["office_check_in_mode"])
    birthday_window_days: int = strawberry.field(description=SAYS["birthday_window_days"])
    mark_absent_when_nobody_checks_in: bool = strawberry.field(description=SAYS["mark_absent_when_nobody_checks_in"])
    consecutive_absences_notice: int | None = strawberry.field(description=SAYS["consecutive_absences_notice"])
    place_offer_hours: int | None = strawberry.field(description=SAYS["place_offer_hours"])


@strawberry.type(description="Settings of the Staff Portal.")
class StaffPortalSettings:
    staff_check_in_mode: bool = strawberry.field(description=SAYS["staff_check_in_mode"])
    staff_sees_balances: bool = strawberry.field(description=SAYS["staff_sees_balances"])


@strawberry.type(description="Settings of all check-in kiosks.")
class KioskSettings:
    kiosk_read_only: bool = strawberry.field(description=SAYS["kiosk_read_only"])
    kiosk_early_minutes: int | None = strawberry.field(description=SAYS["kiosk_early_minutes"])
    kiosk_late_minutes: int | None = strawberry.field(description=SAYS["kiosk_late_minutes"])
    kiosk_marks_tardy: bool = strawberry.field(description=SAYS["kiosk_marks_tardy"])


@strawberry.type(description="Settings of expected absences.")
class AbsenceSettings:
    guardians_may_request_absences: bool = strawberry.field(description=SAYS["guardians_may_request_absences"])
    auto_approve_absences: bool = strawberry.field(description=SAYS["auto_approve_absences"])
    auto_excuse_absences: bool = strawberry.field(description=SAYS["auto_excuse_absences"])
    absence_notice_minutes: int = strawberry.field(description=SAYS["absence_notice_minutes"])
    absence_notice_in_hours: bool = strawberry.field(description=SAYS["absence_notice_in_hours"])


@strawberry.type(
    description="Settings of makeup tokens. A change does not alter the expiration of tokens that exist already."
)
class MakeupTokenSettings:
    tokens_enabled: bool = strawberry.field(description=SAYS["tokens_enabled"])
    token_trigger: TokenTrigger = strawberry.field(description=SAYS["token_trigger"])
    earning_types: list[EnrollmentType] = strawberry.field(description=SAYS["earning_types"])
    token_limit: int | None = strawberry.field(description=SAYS["token_limit"])
    token_limit_period: LimitPeriod = strawberry.field(description=SAYS["token_limit_period"])
    token_limit_scope: LimitScope = strawberry.field(description=SAYS["token_limit_scope"])
    expiry_unit: ExpiryUnit = strawberry.field(description=SAYS["expiry_unit"])
    expiry_count: int = strawberry.field(description=SAYS["expiry_count"])
    expiry_anchor: ExpiryAnchor = strawberry.field(description=SAYS["expiry_anchor"])
    ignore_location_lock: bool = strawberry.field(description=SAYS["ignore_location_lock"])
    families_see_comments: bool = strawberry.field(description=SAYS["families_see_comments"])
    families_see_expired: bool = strawberry.field(description=SAYS["families_see_expired"])
    auto_approve_makeups: bool = strawberry.field(description=SAYS["auto_approve_makeups"])
    families_may_give_back_makeups: bool = strawberry.field(description=SAYS["families_may_give_back_makeups"])
    makeup_horizon_days: int = strawberry.field(description=SAYS["makeup_horizon_days"])
    makeup_latest_booking_minutes: int = strawberry.field(description=SAYS["makeup_latest_booking_minutes"])
    expire_after_last_drop_days: int | None = strawberry.field(description=SAYS["expire_after_last_drop_days"])
    returned_token_days: int = strawberry.field(description=SAYS["returned_token_days"])


@strawberry.type(description="Settings of the safety of accounts.")
class SecuritySettings:
    second_factor_required: bool = strawberry.field(description=SAYS["second_factor_required"])


@strawberry.type(description="A setting before and after a change.")
class ChangedSetting:
    setting: str = strawberry.field(
        description="The name of the setting's field in the schema, for example `officeCheckInMode`, or `currency`."
    )
    before: str | None = strawberry.field(
        description="The value before the change in GraphQL notation, for example `true`, `3` or `[ACTIVE]`. Null "
        "when the setting was null."
    )
    after: str | None = strawberry.field(
        description="The value after the change, in the same notation. Null when the setting became null."
    )


@strawberry.type(description="A change of one or more settings by one mutation.")
class SettingsChange:
    changed_at: datetime = strawberry.field(description="When the settings were changed.")
    changed_by: StaffMember | None = strawberry.field(
        description="The person who changed them. Null when it is not known."
    )
    settings: list[ChangedSetting] = strawberry.field(description="The changed settings, ordered by name.")


@strawberry.type(
    description="The settings of the organization. A change takes effect at once, for all requests that follow."
)
class Settings:
    classes: ClassSettings = strawberry.field(
        description="Settings of classes and of the Office Portal. Change them with `updateClassSettings`."
    )
    staff_portal: StaffPortalSettings = strawberry.field(
        description="Settings of the Staff Portal. Change them with `updateStaffPortalSettings`."
    )
    kiosk: KioskSettings = strawberry.field(
        description="Settings of check-in kiosks. Change them with `updateKioskSettings`."
    )
    absences: AbsenceSettings = strawberry.field(
        description="Settings of expected absences. Change them with `updateAbsenceSettings`."
    )
    makeup_tokens: MakeupTokenSettings = strawberry.field(
        description="Settings of makeup tokens. Change them with `updateMakeupTokenSettings`."
    )
    security: SecuritySettings = strawberry.field(
        description="Settings of the safety of accounts. Owners change them with `updateSecuritySettings`."
    )

    @strawberry.field(
        description="The changes of settings and of the organization's currency, newest first, each with its author "
        "and time. Needs MANAGE_SETTINGS.",
        metadata=requires(MANAGE_SETTINGS),
    )
    async def changes(
        self,
        info: Info,
        first: Annotated[int | None, FIRST] = None,
        after: Annotated[str | None, AFTER] = None,
    ) -> Connection[SettingsChange]:
        page = read_page(_CURSORS, first=first, after=after)
        found = await load(info, page, _read_changes)
        return first_page(
            found,
            page,
            node=lambda row: show_settings_change(row.facts),
            cursor=lambda row: _CURSORS.encode(row.facts.changed_at, row.id),
        )


def show_settings(facts: OrganizationSettings) -> Settings:
    return Settings(
        classes=ClassSettings(**asdict(facts.classes)),
        staff_portal=StaffPortalSettings(**asdict(facts.staff_portal)),
        kiosk=KioskSettings(**asdict(facts.kiosk)),
        absences=AbsenceSettings(**asdict(facts.absences)),
        makeup_tokens=_show_makeup_tokens(facts.makeup_tokens),
        security=SecuritySettings(**asdict(facts.security)),
    )


def _show_makeup_tokens(facts: values.MakeupTokenSettings) -> MakeupTokenSettings:
    types = [type for type in EnrollmentType if type in facts.earning_types]
    return MakeupTokenSettings(**{**asdict(facts), "earning_types": types})


def show_settings_change(facts: SettingsChangeFacts) -> SettingsChange:
    return SettingsChange(
        changed_at=facts.changed_at,
        changed_by=None if facts.changed_by is None else show_staff_member(facts.changed_by),
        settings=show_changed_settings(facts.before, facts.after),
    )


def show_changed_settings(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[ChangedSetting]:
    return [
        ChangedSetting(setting=to_camel_case(name), before=_written(before[name]), after=_written(after[name]))
        for name in sorted(after)
    ]


def _written(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return f"[{', '.join(value)}]" if isinstance(value, list) else orjson.dumps(value).decode()


async def _read_changes(source: Reading, pages: list[Page]) -> list[list[ListedSettingsChange]]:
    organization_id = source.viewer.caller.organization_id
    return [
        await list_settings_changes(source.connection, organization_id, after=page.after, limit=page.size + 1)
        for page in pages
    ]
