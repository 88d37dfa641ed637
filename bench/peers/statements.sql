-- The statements of the peers: each returns one text, the JSON of an answer. They cover the cases that business.py
-- makes, and run.py compares their answers with Rollbook's before it measures anything.

-- name: sheet (organization, timeslot, date)
WITH sheet AS (
    SELECT t.organization_id, t.id AS timeslot_id, $3::date AS held_on, t.offering_id, o.name, l.name AS location,
           (($3::date + t.start_time) AT TIME ZONE l.time_zone) AS starts_at, t.duration_minutes,
           (now() AT TIME ZONE l.time_zone)::date >= $3::date AS has_come,
           coalesce(c.revision, 0) AS revision, c.cancelled_at IS NOT NULL AS is_cancelled,
           ARRAY(SELECT a.id FROM timeslot a WHERE a.organization_id = t.organization_id
                 AND a.offering_id = t.offering_id) AS timeslot_ids
    FROM timeslot t
    JOIN offering o ON o.organization_id = t.organization_id AND o.id = t.offering_id
    JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
    LEFT JOIN occurrence c ON c.organization_id = t.organization_id AND c.timeslot_id = t.id AND c.held_on = $3
    WHERE t.organization_id = $1 AND t.id = $2
), entry AS (
    SELECT s.sort_key, s.id, m.status, json_build_object(
        'id', concat_ws(':', k.timeslot_id, k.held_on, s.id),
        'isSubdued', false,
        'attendanceRate', tally.present::float / nullif(tally.present + tally.absent, 0),
        'student', json_build_object('id', s.id, 'firstName', s.first_name, 'lastName', s.last_name),
        'enrollment', json_build_object('id', e.id, 'type', e.type),
        'mark', CASE WHEN m.status IS NOT NULL THEN json_build_object(
            'status', m.status, 'isDefaulted', m.is_defaulted, 'source', m.source, 'markedAt', m.marked_at,
            'note', m.note, 'revision', m.revision) END,
        'indicators', (
            SELECT coalesce(json_agg(json_build_object('kind', i.kind, 'label', i.label, 'detail', i.detail)
                                     ORDER BY i.place), '[]')
            FROM (VALUES
                (1, 'MEDICAL_ALERT', 'Medical Alert', s.medical_alert,
                 rtrim(lower(trim(coalesce(s.medical_alert, ''))), '. ') NOT IN
                 ('', 'none', 'n/a', 'na', 'no', 'nil', '-')),
                (2, 'BIRTHDAY', 'Birthday', 'Turns ' || birthday.age || ' on ' || birthday.on_date,
                 birthday.age > 0 AND abs(birthday.on_date - k.held_on) <= 3),
                (3, 'ROLL_SHEET_COMMENT', 'Roll Sheet Comment', s.roll_sheet_comment,
                 trim(s.roll_sheet_comment) <> ''),
                (4, 'NOTES', 'Notes', note.count || ' open note' || CASE WHEN note.count > 1 THEN 's' ELSE '' END
                 || CASE WHEN note.critical > 0 THEN ', critical' ELSE '' END, note.count > 0),
                (5, 'BALANCE_DUE', 'Balance Due', f.balance || ' USD', f.balance > 0),
                (6, 'TRIAL_ENROLLMENT', 'Trial Enrollment', NULL, e.type = 'TRIAL'),
                (7, 'EXPECTED_ABSENT', 'Expected Absent',
                 concat_ws(': ', CASE WHEN away.is_excused THEN 'Excused' ELSE 'Not excused' END, away.comment),
                 away.is_excused IS NOT NULL),
                (8, 'DROP', 'Drop', 'Drops on ' || e.drop_on
                 || CASE WHEN k.held_on + 7 > e.drop_on THEN ', last day' ELSE '' END,
                 e.type = 'ACTIVE' AND e.drop_on IS NOT NULL),
                (9, 'FIRST_DAY', 'First Day', CASE WHEN EXISTS (
                     SELECT FROM enrollment b WHERE b.organization_id = e.organization_id
                     AND b.student_id = e.student_id AND b.starts_on < e.starts_on AND b.type <> 'WAITLIST'
                     AND b.deleted_at IS NULL
                 ) THEN 'First day in this enrollment' ELSE 'First enrollment ever' END,
                 k.held_on - 7 < e.starts_on)
            ) AS i (place, kind, label, detail, is_raised)
            WHERE i.is_raised
        )
    ) AS shown
    FROM sheet k
    JOIN enrollment e ON e.organization_id = k.organization_id AND e.offering_id = k.offering_id
        AND e.starts_on <= k.held_on AND (e.drop_on IS NULL OR e.drop_on >= k.held_on)
        AND (e.timeslot_id IS NULL OR e.timeslot_id = k.timeslot_id) AND e.type <> 'WAITLIST'
        AND e.deleted_at IS NULL
    JOIN student s ON s.organization_id = e.organization_id AND s.id = e.student_id
    JOIN family f ON f.organization_id = s.organization_id AND f.id = s.family_id
    LEFT JOIN mark m ON m.organization_id = $1 AND m.timeslot_id = $2 AND m.held_on = $3 AND m.student_id = s.id
    CROSS JOIN LATERAL (
        SELECT count(*), count(*) FILTER (WHERE n.level = 'CRITICAL') AS critical
        FROM student_note n
        WHERE n.organization_id = s.organization_id AND n.student_id = s.id AND n.closed_at IS NULL
    ) note
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE h.status NOT IN ('ABSENT', 'EXCUSED_ABSENCE')) AS present,
               count(*) FILTER (WHERE h.status = 'ABSENT') AS absent
        FROM mark h
        WHERE h.organization_id = s.organization_id AND h.student_id = s.id AND h.timeslot_id = ANY (k.timeslot_ids)
    ) tally
    CROSS JOIN LATERAL (
        SELECT n.years AS age, (s.birth_on + make_interval(years => n.years))::date AS on_date
        FROM (SELECT round((k.held_on - s.birth_on) / 365.2425)::integer AS years) n
    ) birthday
    LEFT JOIN LATERAL (
        SELECT a.is_excused, a.comment
        FROM expected_absence a
        WHERE a.organization_id = s.organization_id AND a.student_id = s.id AND a.state = 'APPROVED'
          AND k.held_on BETWEEN a.starts_on AND a.ends_on
        ORDER BY a.is_excused DESC LIMIT 1
    ) away ON true
), counts AS (
    SELECT count(*) AS total, count(*) FILTER (WHERE status = 'PRESENT') AS present,
           count(*) FILTER (WHERE status = 'ABSENT') AS absent, count(*) FILTER (WHERE status IS NULL) AS unmarked,
           json_agg(shown ORDER BY sort_key, id) AS roster
    FROM entry
)
SELECT json_build_object(
    'id', concat_ws(':', k.timeslot_id, k.held_on), 'date', k.held_on, 'startsAt', k.starts_at,
    'endsAt', k.starts_at + make_interval(mins => k.duration_minutes),
    'state', CASE WHEN k.is_cancelled THEN 'CANCELLED' ELSE 'SCHEDULED' END,
    'canRecordAttendance', NOT k.is_cancelled AND k.has_come, 'revision', k.revision,
    'attendanceState', CASE n.unmarked WHEN n.total THEN 'NOT_TAKEN' WHEN 0 THEN 'TAKEN' ELSE 'IN_PROGRESS' END,
    'tally', json_build_object('present', n.present, 'absent', n.absent, 'unmarked', n.unmarked, 'total', n.total),
    'offering', json_build_object('name', k.name), 'location', json_build_object('name', k.location),
    'instructors', (
        SELECT coalesce(json_agg(json_build_object('lastName', p.last_name) ORDER BY p.last_name, p.first_name), '[]')
        FROM offering_instructor i
        JOIN person p ON p.organization_id = i.organization_id AND p.id = i.person_id
        WHERE i.organization_id = k.organization_id AND i.offering_id = k.offering_id
    ),
    'roster', coalesce(n.roster, '[]')
)::text
FROM sheet k CROSS JOIN counts n

-- name: check_in (organization, timeslot, date, student, staff member)
WITH locked AS (
    INSERT INTO occurrence AS o (organization_id, timeslot_id, held_on, revision)
    VALUES ($1, $2, $3, 1)
    ON CONFLICT (organization_id, timeslot_id, held_on) DO UPDATE SET revision = o.revision + 1
    RETURNING organization_id, timeslot_id, held_on, revision
), row AS (
    SELECT l.*, e.id AS enrollment_id, s.id AS student_id, s.first_name, s.last_name, s.sort_key, m.status AS before,
           s.id <> $4::uuid AS is_other
    FROM locked l
    JOIN timeslot t ON t.organization_id = l.organization_id AND t.id = l.timeslot_id
    JOIN enrollment e ON e.organization_id = l.organization_id AND e.offering_id = t.offering_id
        AND e.starts_on <= l.held_on AND (e.drop_on IS NULL OR e.drop_on >= l.held_on)
        AND (e.timeslot_id IS NULL OR e.timeslot_id = l.timeslot_id) AND e.type <> 'WAITLIST'
        AND e.deleted_at IS NULL
    JOIN student s ON s.organization_id = e.organization_id AND s.id = e.student_id
    LEFT JOIN mark m ON m.organization_id = l.organization_id AND m.timeslot_id = l.timeslot_id
        AND m.held_on = l.held_on AND m.student_id = s.id
), changed AS (
    SELECT r.*, CASE WHEN is_other THEN 'ABSENT' ELSE 'PRESENT' END AS status,
           CASE WHEN is_other THEN 'SYSTEM' ELSE 'OFFICE' END AS source
    FROM row r WHERE NOT is_other OR before IS NULL
), numbered AS (
    INSERT INTO change (organization_id, timeslot_id, held_on, revision, kind, source, actor_id, changed_at)
    SELECT organization_id, timeslot_id, held_on, revision, 'MARKS', 'OFFICE', $5, now() FROM locked
), entries AS (
    INSERT INTO changed_entry (organization_id, timeslot_id, held_on, revision, student_id, before_status,
                               after_status, after_is_defaulted, after_source)
    SELECT organization_id, timeslot_id, held_on, revision, student_id, before, status, is_other, source FROM changed
), marked AS (
    INSERT INTO mark (organization_id, timeslot_id, held_on, student_id, enrollment_id, status, is_defaulted, source,
                      marked_by_id, marked_at, revision, by_check_in)
    SELECT organization_id, timeslot_id, held_on, student_id, enrollment_id, status, is_other, source,
           CASE WHEN NOT is_other THEN $5::uuid END, now(), revision, true
    FROM changed
    ON CONFLICT (organization_id, timeslot_id, held_on, student_id) DO UPDATE
    SET status = excluded.status, is_defaulted = excluded.is_defaulted, source = excluded.source,
        marked_by_id = excluded.marked_by_id, marked_at = excluded.marked_at, revision = excluded.revision,
        by_check_in = excluded.by_check_in
), counts AS (
    SELECT count(*) AS total, count(*) FILTER (WHERE coalesce(c.status, r.before) = 'PRESENT') AS present,
           count(*) FILTER (WHERE coalesce(c.status, r.before) = 'ABSENT') AS absent,
           count(*) FILTER (WHERE coalesce(c.status, r.before) IS NULL) AS unmarked
    FROM row r LEFT JOIN changed c USING (student_id)
)
SELECT json_build_object(
    '__typename', 'CheckInSuccess',
    'occurrence', json_build_object(
        'id', concat_ws(':', l.timeslot_id, l.held_on), 'revision', l.revision, 'tally', json_build_object(
            'present', n.present, 'absent', n.absent, 'unmarked', n.unmarked, 'total', n.total)),
    'changedEntries', (
        SELECT json_agg(json_build_object(
            'id', concat_ws(':', c.timeslot_id, c.held_on, c.student_id),
            'student', json_build_object('id', c.student_id, 'firstName', c.first_name, 'lastName', c.last_name),
            'mark', json_build_object('status', c.status, 'isDefaulted', c.is_other, 'source', c.source,
                                      'markedAt', now(), 'note', NULL, 'revision', c.revision)
        ) ORDER BY c.sort_key, c.student_id) FROM changed c
    )
)::text
FROM locked l CROSS JOIN counts n

-- name: day (organization, date, how many)
WITH class AS (
    SELECT t.organization_id, t.id AS timeslot_id, t.offering_id, o.name, l.name AS location,
           (($2::date + t.start_time) AT TIME ZONE l.time_zone) AS starts_at, t.duration_minutes,
           coalesce(c.revision, 0) AS revision, c.cancelled_at IS NOT NULL AS is_cancelled, o.sort_key
    FROM timeslot t
    JOIN offering o ON o.organization_id = t.organization_id AND o.id = t.offering_id
    JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
    LEFT JOIN occurrence c ON c.organization_id = t.organization_id AND c.timeslot_id = t.id AND c.held_on = $2
    WHERE t.organization_id = $1 AND t.weekday = extract(isodow FROM $2::date)
      AND t.deleted_at IS NULL AND o.deleted_at IS NULL
    ORDER BY starts_at, o.sort_key, t.id
    LIMIT $3::integer + 1
), listed AS (
    SELECT * FROM class ORDER BY starts_at, sort_key, timeslot_id LIMIT $3::integer
)
SELECT json_build_object(
    'nodes', coalesce(json_agg(json_build_object(
        'id', concat_ws(':', k.timeslot_id, $2::date), 'date', $2::date, 'startsAt', k.starts_at,
        'endsAt', k.starts_at + make_interval(mins => k.duration_minutes),
        'state', CASE WHEN k.is_cancelled THEN 'CANCELLED' ELSE 'SCHEDULED' END,
        'attendanceState', CASE n.unmarked WHEN n.total THEN 'NOT_TAKEN' WHEN 0 THEN 'TAKEN' ELSE 'IN_PROGRESS' END,
        'tally', json_build_object('present', n.present, 'absent', n.absent, 'unmarked', n.unmarked,
                                   'total', n.total),
        'offering', json_build_object('name', k.name), 'location', json_build_object('name', k.location)
    ) ORDER BY k.starts_at, k.sort_key, k.timeslot_id), '[]'),
    'pageInfo', json_build_object('hasNextPage', (SELECT count(*) > $3::integer FROM class))
)::text
FROM listed k
CROSS JOIN LATERAL (
    SELECT count(*) AS total, count(*) FILTER (WHERE m.status = 'PRESENT') AS present,
           count(*) FILTER (WHERE m.status = 'ABSENT') AS absent, count(*) FILTER (WHERE m.status IS NULL) AS unmarked
    FROM enrollment e
    LEFT JOIN mark m ON m.organization_id = e.organization_id AND m.timeslot_id = k.timeslot_id
        AND m.held_on = $2 AND m.student_id = e.student_id
    WHERE e.organization_id = k.organization_id AND e.offering_id = k.offering_id
      AND e.starts_on <= $2 AND (e.drop_on IS NULL OR e.drop_on >= $2)
      AND (e.timeslot_id IS NULL OR e.timeslot_id = k.timeslot_id) AND e.type <> 'WAITLIST' AND e.deleted_at IS NULL
) n

-- name: event (organization, timeslot, date, revision)
WITH marked AS (
    SELECT s.id, s.first_name, s.last_name, s.sort_key, m.status, m.is_defaulted, m.source, m.marked_at, m.note,
           m.revision
    FROM timeslot t
    JOIN enrollment e ON e.organization_id = t.organization_id AND e.offering_id = t.offering_id
        AND e.starts_on <= $3 AND (e.drop_on IS NULL OR e.drop_on >= $3)
        AND (e.timeslot_id IS NULL OR e.timeslot_id = t.id) AND e.type <> 'WAITLIST' AND e.deleted_at IS NULL
    JOIN student s ON s.organization_id = e.organization_id AND s.id = e.student_id
    LEFT JOIN mark m ON m.organization_id = e.organization_id AND m.timeslot_id = t.id AND m.held_on = $3
        AND m.student_id = s.id
    WHERE t.organization_id = $1 AND t.id = $2
), counts AS (
    SELECT count(*) AS total, count(*) FILTER (WHERE status = 'PRESENT') AS present,
           count(*) FILTER (WHERE status = 'ABSENT') AS absent, count(*) FILTER (WHERE status IS NULL) AS unmarked
    FROM marked
)
SELECT json_build_object(
    'revision', c.revision, 'kind', c.kind, 'changedAt', c.changed_at,
    'occurrence', json_build_object(
        'id', concat_ws(':', c.timeslot_id, c.held_on),
        'attendanceState', CASE n.unmarked WHEN n.total THEN 'NOT_TAKEN' WHEN 0 THEN 'TAKEN' ELSE 'IN_PROGRESS' END,
        'tally', json_build_object('present', n.present, 'absent', n.absent, 'unmarked', n.unmarked,
                                   'total', n.total)),
    'entries', (
        SELECT coalesce(json_agg(json_build_object(
            'id', concat_ws(':', c.timeslot_id, c.held_on, r.id),
            'student', json_build_object('id', r.id, 'firstName', r.first_name, 'lastName', r.last_name),
            'mark', CASE WHEN r.status IS NOT NULL THEN json_build_object(
                'status', r.status, 'isDefaulted', r.is_defaulted, 'source', r.source, 'markedAt', r.marked_at,
                'note', r.note, 'revision', r.revision) END
        ) ORDER BY r.sort_key, r.id), '[]')
        FROM changed_entry e JOIN marked r ON r.id = e.student_id
        WHERE e.organization_id = c.organization_id AND e.timeslot_id = c.timeslot_id AND e.held_on = c.held_on
          AND e.revision = c.revision
    )
)::text
FROM change c CROSS JOIN counts n
WHERE c.organization_id = $1 AND c.timeslot_id = $2 AND c.held_on = $3 AND c.revision = $4
