"""Who can sign in to the demo, what they may do, and what they see of the other organization."""

from argon2 import PasswordHasher

from attendance.rules.vocabulary import Permission, PersonKind, Portal
from db.engine import Database, create_engine
from db.organization.sign_ins import find_accounts
from demo import sign_ins
from tests.demo.conftest import Demo


async def test_every_published_sign_in_works(demo: Demo) -> None:
    hashes = set()
    for one in sign_ins.SIGN_INS:
        kind = PersonKind.GUARDIAN if one.portal is Portal.CUSTOMER else PersonKind.STAFF
        accounts = [each for each in await find_accounts(demo.database, one.email) if each.kind is kind]
        (account,) = [each for each in accounts if each.organization_name == one.organization]
        assert len(accounts) == (2 if one.email == sign_ins.IN_BOTH else 1)
        hashes.add((account.password_hash, one.password))

    ((password_hash, password),) = hashes
    assert PasswordHasher().verify(str(password_hash), password)


async def test_R11_1_staff_hold_different_permissions(demo: Demo) -> None:
    rows = await demo.all(
        """
        SELECT p.email, array(SELECT DISTINCT unnest(p.permissions || coalesce(g.permissions, '{}')) ORDER BY 1)
        FROM person p LEFT JOIN group_member m ON m.person_id = p.id AND m.organization_id = p.organization_id
        LEFT JOIN permission_group g ON g.id = m.group_id AND g.organization_id = m.organization_id
        WHERE p.organization_id = :business AND p.kind = 'STAFF'
        """
    )
    held = {email: set(permissions) for email, permissions in rows}

    assert held[sign_ins.OWNER] == {Permission.OWNER}
    assert held[sign_ins.FRONT_DESK] == {
        Permission.OFFICE_ATTENDANCE_VIEW,
        Permission.OFFICE_SEE_ALL,
        Permission.LAUNCH_KIOSK,
    }
    assert Permission.STAFF_SEE_ALL in held[sign_ins.HEAD_COACH]
    assert Permission.STAFF_SEE_ALL not in held[sign_ins.INSTRUCTOR]
    assert held["darius@copperlake.example"] > held[sign_ins.FRONT_DESK]


async def test_the_instructor_teaches_the_roll_sheet_to_open_first(demo: Demo) -> None:
    email = await demo.one(
        "SELECT p.email FROM timeslot t JOIN offering_instructor i USING (offering_id) "
        "JOIN person p ON p.id = i.person_id WHERE t.id = :timeslot",
        timeslot=demo.summary.roll_sheet.timeslot_id,
    )
    assert email == sign_ins.INSTRUCTOR


async def test_each_organization_sees_its_own_alone(demo: Demo) -> None:
    as_application = Database(create_engine(demo.database.engine.url.render_as_string(hide_password=False)))
    seen = {}
    for organization in (demo.business, demo.small):
        async with as_application.read(organization) as connection:
            found = await connection.exec_driver_sql("SELECT count(*) FROM student")
            seen[organization] = found.scalar_one()
    await as_application.close()

    assert seen == {demo.business: 600, demo.small: 20}
