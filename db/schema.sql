-- The schema of the database as the migrations in db/migrations leave it, printed by `make tables`.
-- It is for reading: databases are made by the migrations, not from this file. `make check` compares the two. `migrate`
-- takes the rights of the application's role from it, because a restored database may have lost them.
-- Each table is printed with its constraints, indexes, triggers, policies and grants; the functions come last.


-- ======== Roles and their rights ========


CREATE ROLE rollbook_app;
ALTER ROLE rollbook_app WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT,INSERT,DELETE,UPDATE ON TABLES TO rollbook_app;
GRANT USAGE ON SCHEMA public TO rollbook_app;
GRANT USAGE ON SEQUENCE makeup_token_entry_numbers TO rollbook_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE instructor_version TO rollbook_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE offering_version TO rollbook_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE timeslot_version TO rollbook_app;


-- ======== Sequences and other objects ========


CREATE SEQUENCE feed_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


CREATE VIEW instructor_version WITH (security_invoker='true') AS
 SELECT i.organization_id,
    i.offering_id,
    i.person_id,
    i.starts_on,
    NULL::date AS ends_on
   FROM offering_instructor i
UNION ALL
 SELECT f.organization_id,
    f.offering_id,
    f.person_id,
    f.starts_on,
    f.ends_on
   FROM former_instructor f;


CREATE SEQUENCE makeup_token_entry_numbers
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


CREATE VIEW offering_version WITH (security_invoker='true') AS
 SELECT o.organization_id,
    o.id AS offering_id,
    o.holds_from AS starts_on,
    NULL::date AS ends_on,
    o.location_id,
    o.program_id,
    o.capacity,
    NULL::text AS time_zone
   FROM offering o
UNION ALL
 SELECT f.organization_id,
    f.offering_id,
    f.starts_on,
    f.ends_on,
    f.location_id,
    f.program_id,
    f.capacity,
    f.time_zone
   FROM former_offering f;


CREATE VIEW timeslot_version WITH (security_invoker='true') AS
 SELECT t.organization_id,
    t.id,
    t.offering_id,
    t.weekday,
    t.starts_on,
    t.ends_on,
    t.start_time,
    t.duration_minutes,
    t.room,
    t.deleted_at
   FROM timeslot t
UNION ALL
 SELECT f.organization_id,
    f.timeslot_id AS id,
    f.offering_id,
    f.weekday,
    f.starts_on,
    f.ends_on,
    f.start_time,
    f.duration_minutes,
    f.room,
    NULL::timestamp with time zone AS deleted_at
   FROM former_timeslot f;


-- ======== Tables ========


CREATE TABLE access_epoch (
    organization_id uuid NOT NULL,
    epoch bigint NOT NULL,
    CONSTRAINT access_epoch_pk PRIMARY KEY (organization_id),
    CONSTRAINT access_epoch_organization_fk FOREIGN KEY (organization_id) REFERENCES organization(organization_id)
);
ALTER TABLE ONLY access_epoch ALTER COLUMN organization_id SET (n_distinct=1);
ALTER TABLE access_epoch ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON access_epoch USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE access_epoch TO rollbook_app;


CREATE TABLE account_link (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    purpose character varying(32) NOT NULL,
    secret_hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by_id uuid,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT account_link_account_link_purpose CHECK (((purpose)::text = ANY ((ARRAY['INVITATION'::character varying, 'PASSWORD_RESET'::character varying])::text[]))),
    CONSTRAINT account_link_is_used_or_revoked CHECK (((used_at IS NULL) OR (revoked_at IS NULL))),
    CONSTRAINT account_link_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT account_link_created_by_id_fk FOREIGN KEY (organization_id, created_by_id) REFERENCES person(organization_id, id),
    CONSTRAINT account_link_person_id_fk FOREIGN KEY (organization_id, person_id) REFERENCES person(organization_id, id)
);
ALTER TABLE ONLY account_link ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX account_link_expires_ix ON account_link USING btree (expires_at);
CREATE UNIQUE INDEX account_link_open_key ON account_link USING btree (organization_id, person_id, purpose) WHERE ((used_at IS NULL) AND (revoked_at IS NULL));
CREATE INDEX account_link_person_ix ON account_link USING btree (organization_id, person_id, created_at);
ALTER TABLE account_link ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON account_link USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE account_link TO rollbook_app;


CREATE TABLE alembic_version (
    version_num character varying(32) NOT NULL,
    serves_code_from text DEFAULT '0029'::text NOT NULL,
    history uuid DEFAULT gen_random_uuid() NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
GRANT SELECT ON TABLE alembic_version TO rollbook_app;


CREATE TABLE background_task (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    kind character varying(32) NOT NULL,
    state character varying(32) NOT NULL,
    input jsonb NOT NULL,
    total integer,
    done integer DEFAULT 0 NOT NULL,
    created_by_id uuid,
    created_at timestamp with time zone NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    error text,
    exceptions integer DEFAULT 0 NOT NULL,
    revision integer DEFAULT 0 NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    source character varying(32) NOT NULL,
    withholds_emails boolean DEFAULT false NOT NULL,
    trace_parent text DEFAULT NULLIF(current_setting('rollbook.trace_parent'::text, true), ''::text),
    CONSTRAINT background_task_ended_has_an_instant CHECK ((((state)::text = ANY ((ARRAY['COMPLETED'::character varying, 'FAILED'::character varying, 'CANCELLED'::character varying])::text[])) = (ended_at IS NOT NULL))),
    CONSTRAINT background_task_progress_is_in_range CHECK (((done >= 0) AND (done <= COALESCE(total, 0)))),
    CONSTRAINT background_task_source CHECK (((source)::text = ANY ((ARRAY['OFFICE'::character varying, 'STAFF'::character varying, 'KIOSK'::character varying, 'GUARDIAN'::character varying, 'SYSTEM'::character varying])::text[]))),
    CONSTRAINT background_task_task_kind CHECK (((kind)::text = ANY (ARRAY[('CANCEL_OCCURRENCES'::character varying)::text, ('CREATE_CANCELLATION_TOKENS'::character varying)::text, ('CREATE_MAKEUP_TOKENS'::character varying)::text, ('ASSIGN_SUBSTITUTES'::character varying)::text, ('SEND_STATEMENTS'::character varying)::text, ('CARRY_OVER'::character varying)::text, ('WRITE_REPORT'::character varying)::text]))),
    CONSTRAINT background_task_task_state CHECK (((state)::text = ANY ((ARRAY['QUEUED'::character varying, 'RUNNING'::character varying, 'COMPLETED'::character varying, 'FAILED'::character varying, 'CANCELLING'::character varying, 'CANCELLED'::character varying])::text[]))),
    CONSTRAINT background_task_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT background_task_created_by_id_fk FOREIGN KEY (organization_id, created_by_id) REFERENCES person(organization_id, id),
    CONSTRAINT background_task_organization_fk FOREIGN KEY (organization_id) REFERENCES organization(organization_id)
);
ALTER TABLE ONLY background_task ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX background_task_created_ix ON background_task USING btree (organization_id, created_at, id);
CREATE INDEX background_task_ended_ix ON background_task USING btree (ended_at) WHERE (ended_at IS NOT NULL);
ALTER TABLE background_task ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON background_task USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE background_task TO rollbook_app;


CREATE TABLE background_task_exception (
    organization_id uuid NOT NULL,
    background_task_id uuid NOT NULL,
    "position" integer NOT NULL,
    number integer NOT NULL,
    student_id uuid,
    message text NOT NULL,
    CONSTRAINT background_task_exception_pk PRIMARY KEY (organization_id, background_task_id, "position", number),
    CONSTRAINT background_task_exception_background_task_id_position_fk FOREIGN KEY (organization_id, background_task_id, "position") REFERENCES background_task_item(organization_id, background_task_id, "position"),
    CONSTRAINT background_task_exception_student_id_fk FOREIGN KEY (organization_id, student_id) REFERENCES student(organization_id, id)
);
ALTER TABLE ONLY background_task_exception ALTER COLUMN organization_id SET (n_distinct=1);
ALTER TABLE background_task_exception ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON background_task_exception USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE background_task_exception TO rollbook_app;


CREATE TABLE background_task_item (
    organization_id uuid NOT NULL,
    background_task_id uuid NOT NULL,
    "position" integer NOT NULL,
    student_id uuid,
    input jsonb NOT NULL,
    state character varying(32) NOT NULL,
    done_at timestamp with time zone,
    title text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    retry_at timestamp with time zone,
    CONSTRAINT background_task_item_task_item_state CHECK (((state)::text = ANY ((ARRAY['WAITING'::character varying, 'DONE'::character varying, 'EXCEPTION'::character varying, 'FAILED'::character varying, 'SKIPPED'::character varying])::text[]))),
    CONSTRAINT background_task_item_pk PRIMARY KEY (organization_id, background_task_id, "position"),
    CONSTRAINT background_task_item_background_task_id_fk FOREIGN KEY (organization_id, background_task_id) REFERENCES background_task(organization_id, id),
    CONSTRAINT background_task_item_student_id_fk FOREIGN KEY (organization_id, student_id) REFERENCES student(organization_id, id)
);
ALTER TABLE ONLY background_task_item ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX background_task_item_waiting_ix ON background_task_item USING btree (organization_id, background_task_id, "position") WHERE ((state)::text = 'WAITING'::text);
ALTER TABLE background_task_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON background_task_item USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE background_task_item TO rollbook_app;


CREATE TABLE background_task_lease (
    organization_id uuid NOT NULL,
    background_task_id uuid NOT NULL,
    lease_until timestamp with time zone NOT NULL,
    leased_by text,
    CONSTRAINT background_task_lease_pk PRIMARY KEY (organization_id, background_task_id),
    CONSTRAINT background_task_lease_background_task_id_fk FOREIGN KEY (organization_id, background_task_id) REFERENCES background_task(organization_id, id)
);
ALTER TABLE ONLY background_task_lease ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX background_task_lease_until_ix ON background_task_lease USING btree (lease_until);
ALTER TABLE background_task_lease ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON background_task_lease USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE background_task_lease TO rollbook_app;


CREATE TABLE blackout_date (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    blackout_schedule_id uuid NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    scope character varying(32) NOT NULL,
    label text,
    CONSTRAINT blackout_date_blackout_scope CHECK (((scope)::text = ANY ((ARRAY['BILLING'::character varying, 'ATTENDANCE'::character varying, 'BOTH'::character varying])::text[]))),
    CONSTRAINT blackout_date_starts_before_it_ends CHECK ((starts_on <= ends_on)),
    CONSTRAINT blackout_date_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT blackout_date_blackout_schedule_id_fk FOREIGN KEY (organization_id, blackout_schedule_id) REFERENCES blackout_schedule(organization_id, id)
);
ALTER TABLE ONLY blackout_date ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX blackout_date_schedule_ix ON blackout_date USING btree (organization_id, blackout_schedule_id, starts_on);
ALTER TABLE blackout_date ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON blackout_date USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE blackout_date TO rollbook_app;


CREATE TABLE blackout_schedule (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    CONSTRAINT blackout_schedule_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT blackout_schedule_organization_fk FOREIGN KEY (organization_id) REFERENCES organization(organization_id)
);
ALTER TABLE ONLY blackout_schedule ALTER COLUMN organization_id SET (n_distinct=1);
ALTER TABLE blackout_schedule ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON blackout_schedule USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE blackout_schedule TO rollbook_app;


CREATE TABLE carried_enrollment (
    organization_id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    session_id uuid NOT NULL,
    made_enrollment_id uuid NOT NULL,
    CONSTRAINT carried_enrollment_pk PRIMARY KEY (organization_id, enrollment_id, session_id),
    CONSTRAINT carried_enrollment_enrollment_id_fk FOREIGN KEY (organization_id, enrollment_id) REFERENCES enrollment(organization_id, id),
    CONSTRAINT carried_enrollment_made_enrollment_id_fk FOREIGN KEY (organization_id, made_enrollment_id) REFERENCES enrollment(organization_id, id),
    CONSTRAINT carried_enrollment_session_id_fk FOREIGN KEY (organization_id, session_id) REFERENCES session(organization_id, id)
);
ALTER TABLE ONLY carried_enrollment ALTER COLUMN organization_id SET (n_distinct=1);
ALTER TABLE carried_enrollment ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON carried_enrollment USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE carried_enrollment TO rollbook_app;


CREATE TABLE carried_offering (
    organization_id uuid NOT NULL,
    offering_id uuid NOT NULL,
    session_id uuid NOT NULL,
    made_offering_id uuid NOT NULL,
    CONSTRAINT carried_offering_pk PRIMARY KEY (organization_id, offering_id, session_id),
    CONSTRAINT carried_offering_made_offering_id_fk FOREIGN KEY (organization_id, made_offering_id) REFERENCES offering(organization_id, id),
    CONSTRAINT carried_offering_offering_id_fk FOREIGN KEY (organization_id, offering_id) REFERENCES offering(organization_id, id),
    CONSTRAINT carried_offering_session_id_fk FOREIGN KEY (organization_id, session_id) REFERENCES session(organization_id, id)
);
ALTER TABLE ONLY carried_offering ALTER COLUMN organization_id SET (n_distinct=1);
ALTER TABLE carried_offering ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON carried_offering USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE carried_offering TO rollbook_app;


CREATE TABLE change (
    organization_id uuid NOT NULL,
    timeslot_id uuid NOT NULL,
    held_on date NOT NULL,
    revision integer NOT NULL,
    kind character varying(32) NOT NULL,
    source character varying(32) NOT NULL,
    actor_id uuid,
    kiosk_id uuid,
    changed_at timestamp with time zone NOT NULL,
    captured_at timestamp with time zone,
    CONSTRAINT change_change_kind CHECK (((kind)::text = ANY ((ARRAY['MARKS'::character varying, 'ROSTER'::character varying, 'CANCELLED'::character varying, 'RESTORED'::character varying, 'TOKENS'::character varying])::text[]))),
    CONSTRAINT change_revision_starts_at_one CHECK ((revision >= 1)),
    CONSTRAINT change_source CHECK (((source)::text = ANY ((ARRAY['OFFICE'::character varying, 'STAFF'::character varying, 'KIOSK'::character varying, 'GUARDIAN'::character varying, 'SYSTEM'::character varying])::text[]))),
    CONSTRAINT change_pk PRIMARY KEY (organization_id, timeslot_id, held_on, revision),
    CONSTRAINT change_actor_id_fk FOREIGN KEY (organization_id, actor_id) REFERENCES person(organization_id, id),
    CONSTRAINT change_kiosk_id_fk FOREIGN KEY (organization_id, kiosk_id) REFERENCES kiosk(organization_id, id),
    CONSTRAINT change_timeslot_id_held_on_fk FOREIGN KEY (organization_id, timeslot_id, held_on) REFERENCES occurrence(organization_id, timeslot_id, held_on)
);
ALTER TABLE ONLY change ALTER COLUMN organization_id SET (n_distinct=1);
CREATE TRIGGER change_is_fed AFTER INSERT ON change REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION feed_changes();
ALTER TABLE change ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON change USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT ON TABLE change TO rollbook_app;


CREATE TABLE changed_entry (
    organization_id uuid NOT NULL,
    timeslot_id uuid NOT NULL,
    held_on date NOT NULL,
    revision integer NOT NULL,
    student_id uuid NOT NULL,
    before_status character varying(32),
    before_note text,
    before_is_defaulted boolean,
    after_status character varying(32),
    after_note text,
    after_is_defaulted boolean,
    after_source character varying(32),
    left_roster boolean DEFAULT false NOT NULL,
    CONSTRAINT changed_entry_after_status CHECK (((after_status)::text = ANY ((ARRAY['PRESENT'::character varying, 'TARDY'::character varying, 'LEFT_EARLY'::character varying, 'TARDY_AND_LEFT_EARLY'::character varying, 'ABSENT'::character varying, 'EXCUSED_ABSENCE'::character varying])::text[]))),
    CONSTRAINT changed_entry_before_status CHECK (((before_status)::text = ANY ((ARRAY['PRESENT'::character varying, 'TARDY'::character varying, 'LEFT_EARLY'::character varying, 'TARDY_AND_LEFT_EARLY'::character varying, 'ABSENT'::character varying, 'EXCUSED_ABSENCE'::character varying])::text[]))),
    CONSTRAINT changed_entry_source CHECK (((after_source)::text = ANY ((ARRAY['OFFICE'::character varying, 'STAFF'::character varying, 'KIOSK'::character varying, 'GUARDIAN'::character varying, 'SYSTEM'::character varying])::text[]))),
    CONSTRAINT changed_entry_pk PRIMARY KEY (organization_id, timeslot_id, held_on, revision, student_id),
    CONSTRAINT changed_entry_student_id_fk FOREIGN KEY (organization_id, student_id) REFERENCES student(organization_id, id),
    CONSTRAINT changed_entry_timeslot_id_held_on_revision_fk FOREIGN KEY (organization_id, timeslot_id, held_on, revision) REFERENCES change(organization_id, timeslot_id, held_on, revision)
);
ALTER TABLE ONLY changed_entry ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX changed_entry_student_ix ON changed_entry USING btree (organization_id, student_id, timeslot_id, held_on);
CREATE TRIGGER text_of_erased AFTER INSERT ON changed_entry FOR EACH ROW WHEN ((COALESCE(new.before_note, new.after_note) IS NOT NULL)) EXECUTE FUNCTION refuse_text_of_erased('student');
ALTER TABLE changed_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON changed_entry USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT ON TABLE changed_entry TO rollbook_app;


CREATE TABLE email (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    reason text NOT NULL,
    recipient text NOT NULL,
    template text NOT NULL,
    facts jsonb NOT NULL,
    state character varying(32) NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    last_error text,
    family_id uuid,
    background_task_id uuid,
    created_at timestamp with time zone NOT NULL,
    is_withheld boolean DEFAULT false NOT NULL,
    trace_parent text DEFAULT NULLIF(current_setting('rollbook.trace_parent'::text, true), ''::text),
    CONSTRAINT email_email_state CHECK (((state)::text = ANY ((ARRAY['QUEUED'::character varying, 'SENDING'::character varying, 'SENT'::character varying, 'KEPT'::character varying, 'FAILED'::character varying, 'UNCERTAIN'::character varying, 'WITHDRAWN'::character varying])::text[]))),
    CONSTRAINT email_sent_has_an_instant CHECK ((((state)::text = 'SENT'::text) = (sent_at IS NOT NULL))),
    CONSTRAINT email_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT email_background_task_id_fk FOREIGN KEY (organization_id, background_task_id) REFERENCES background_task(organization_id, id),
    CONSTRAINT email_family_id_fk FOREIGN KEY (organization_id, family_id) REFERENCES family(organization_id, id),
    CONSTRAINT email_organization_fk FOREIGN KEY (organization_id) REFERENCES organization(organization_id)
);
ALTER TABLE ONLY email ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX email_background_task_ix ON email USING btree (organization_id, background_task_id) WHERE (background_task_id IS NOT NULL);
CREATE INDEX email_created_ix ON email USING btree (created_at);
CREATE INDEX email_due_ix ON email USING btree (due_at) WHERE ((state)::text = ANY ((ARRAY['QUEUED'::character varying, 'SENDING'::character varying])::text[]));
CREATE UNIQUE INDEX email_reason_key ON email USING btree (organization_id, reason);
CREATE TRIGGER text_of_erased AFTER INSERT OR UPDATE ON email FOR EACH ROW WHEN ((new.family_id IS NOT NULL)) EXECUTE FUNCTION refuse_text_of_erased('family');
ALTER TABLE email ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON email USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE email TO rollbook_app;


CREATE TABLE enrollment (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    student_id uuid NOT NULL,
    offering_id uuid NOT NULL,
    timeslot_id uuid,
    type character varying(32) NOT NULL,
    starts_on date NOT NULL,
    drop_on date,
    end_cause character varying(32),
    transferred_from_id uuid,
    source_id text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT enrollment_a_makeup_has_a_timeslot CHECK ((((type)::text <> 'MAKEUP'::text) OR (timeslot_id IS NOT NULL))),
    CONSTRAINT enrollment_an_end_has_a_date CHECK (((end_cause IS NULL) OR (drop_on IS NOT NULL))),
    CONSTRAINT enrollment_enrollment_end CHECK (((end_cause)::text = ANY ((ARRAY['DROPPED'::character varying, 'TRANSFERRED'::character varying, 'SESSION_ENDED'::character varying])::text[]))),
    CONSTRAINT enrollment_enrollment_type CHECK (((type)::text = ANY ((ARRAY['ACTIVE'::character varying, 'TRIAL'::character varying, 'MAKEUP'::character varying, 'SINGLE_DAY'::character varying, 'WAITLIST'::character varying])::text[]))),
    CONSTRAINT enrollment_one_day_types CHECK ((((type)::text <> ALL ((ARRAY['MAKEUP'::character varying, 'SINGLE_DAY'::character varying])::text[])) OR (starts_on = drop_on))),
    CONSTRAINT enrollment_starts_before_it_drops CHECK ((starts_on <= drop_on)),
    CONSTRAINT enrollment_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT enrollment_offering_id_fk FOREIGN KEY (organization_id, offering_id) REFERENCES offering(organization_id, id),
    CONSTRAINT enrollment_student_id_fk FOREIGN KEY (organization_id, student_id) REFERENCES student(organization_id, id),
    CONSTRAINT enrollment_timeslot_id_fk FOREIGN KEY (organization_id, timeslot_id) REFERENCES timeslot(organization_id, id),
    CONSTRAINT enrollment_transferred_from_id_fk FOREIGN KEY (organization_id, transferred_from_id) REFERENCES enrollment(organization_id, id)
);
ALTER TABLE ONLY enrollment ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX enrollment_joined_ix ON enrollment USING btree (organization_id, created_at, id);
CREATE INDEX enrollment_offering_ix ON enrollment USING btree (organization_id, offering_id, starts_on);
CREATE UNIQUE INDEX enrollment_one_transfer ON enrollment USING btree (organization_id, transferred_from_id);
CREATE UNIQUE INDEX enrollment_source_id_key ON enrollment USING btree (organization_id, source_id);
CREATE INDEX enrollment_student_ix ON enrollment USING btree (organization_id, student_id);
CREATE INDEX enrollment_waiting_ix ON enrollment USING btree (organization_id, offering_id, created_at, id) WHERE (((type)::text = 'WAITLIST'::text) AND (deleted_at IS NULL));
CREATE TRIGGER row_of_merged AFTER INSERT ON enrollment REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION refuse_row_of_merged();
CREATE TRIGGER text_of_erased AFTER INSERT ON enrollment FOR EACH ROW EXECUTE FUNCTION refuse_text_of_erased('student');
ALTER TABLE enrollment ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON enrollment USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE enrollment TO rollbook_app;


CREATE TABLE expected_absence (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    student_id uuid NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    window_starts time without time zone,
    window_ends time without time zone,
    comment text,
    is_excused boolean DEFAULT false NOT NULL,
    is_late boolean DEFAULT false NOT NULL,
    state character varying(32) NOT NULL,
    requested_by_id uuid,
    requested_at timestamp with time zone NOT NULL,
    decided_by_id uuid,
    decided_at timestamp with time zone,
    source character varying(32) NOT NULL,
    withdrawn_by_id uuid,
    withdrawn_at timestamp with time zone,
    CONSTRAINT expected_absence_a_window_has_both_ends CHECK (((window_starts IS NULL) = (window_ends IS NULL))),
    CONSTRAINT expected_absence_a_window_is_not_empty CHECK ((window_starts < window_ends)),
    CONSTRAINT expected_absence_expected_absence_state CHECK (((state)::text = ANY ((ARRAY['REQUESTED'::character varying, 'APPROVED'::character varying, 'DENIED'::character varying, 'WITHDRAWN'::character varying])::text[]))),
    CONSTRAINT expected_absence_people_tell_it CHECK (((source)::text = ANY ((ARRAY['OFFICE'::character varying, 'STAFF'::character varying, 'GUARDIAN'::character varying])::text[]))),
    CONSTRAINT expected_absence_starts_before_it_ends CHECK ((starts_on <= ends_on)),
    CONSTRAINT expected_absence_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT expected_absence_decided_by_id_fk FOREIGN KEY (organization_id, decided_by_id) REFERENCES person(organization_id, id),
    CONSTRAINT expected_absence_requested_by_id_fk FOREIGN KEY (organization_id, requested_by_id) REFERENCES person(organization_id, id),
    CONSTRAINT expected_absence_student_id_fk FOREIGN KEY (organization_id, student_id) REFERENCES student(organization_id, id),
    CONSTRAINT expected_absence_withdrawn_by_id_fk FOREIGN KEY (organization_id, withdrawn_by_id) REFERENCES person(organization_id, id)
);
ALTER TABLE ONLY expected_absence ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX expected_absence_listed_ix ON expected_absence USING btree (organization_id, starts_on, id);
CREATE INDEX expected_absence_student_ix ON expected_absence USING btree (organization_id, student_id, starts_on);
CREATE TRIGGER row_of_merged AFTER INSERT ON expected_absence REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION refuse_row_of_merged();
CREATE TRIGGER text_of_erased AFTER INSERT OR UPDATE ON expected_absence FOR EACH ROW WHEN ((new.comment IS NOT NULL)) EXECUTE FUNCTION refuse_text_of_erased('student');
ALTER TABLE expected_absence ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON expected_absence USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE expected_absence TO rollbook_app;


CREATE TABLE expected_absence_enrollment (
    organization_id uuid NOT NULL,
    expected_absence_id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    CONSTRAINT expected_absence_enrollment_pk PRIMARY KEY (organization_id, expected_absence_id, enrollment_id),
    CONSTRAINT expected_absence_enrollment_enrollment_id_fk FOREIGN KEY (organization_id, enrollment_id) REFERENCES enrollment(organization_id, id),
    CONSTRAINT expected_absence_enrollment_expected_absence_id_fk FOREIGN KEY (organization_id, expected_absence_id) REFERENCES expected_absence(organization_id, id)
);
ALTER TABLE ONLY expected_absence_enrollment ALTER COLUMN organization_id SET (n_distinct=1);
ALTER TABLE expected_absence_enrollment ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON expected_absence_enrollment USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE expected_absence_enrollment TO rollbook_app;


CREATE TABLE family (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    email text,
    phone text,
    phone_digits text GENERATED ALWAYS AS (regexp_replace(phone, '\D'::text, ''::text, 'g'::text)) STORED,
    balance numeric(12,2) DEFAULT '0'::numeric NOT NULL,
    source_id text,
    deleted_at timestamp with time zone,
    check_in_code_number integer DEFAULT 1 NOT NULL,
    phone_key text GENERATED ALWAYS AS (phone_key(phone)) STORED,
    sort_key text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    search_key text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    erased_at timestamp with time zone,
    merged_into_id uuid,
    CONSTRAINT family_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT family_merged_into_id_fk FOREIGN KEY (organization_id, merged_into_id) REFERENCES family(organization_id, id),
    CONSTRAINT family_organization_fk FOREIGN KEY (organization_id) REFERENCES organization(organization_id)
);
ALTER TABLE ONLY family ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX family_phone_ix ON family USING btree (organization_id, phone_digits);
CREATE INDEX family_phone_key_ix ON family USING btree (organization_id, phone_key);
CREATE INDEX family_sort_key_ix ON family USING btree (organization_id, sort_key, id);
CREATE UNIQUE INDEX family_source_id_key ON family USING btree (organization_id, source_id);
CREATE TRIGGER stays_erased AFTER UPDATE ON family FOR EACH ROW WHEN (((old.erased_at IS NOT NULL) AND ((((((new.name IS DISTINCT FROM old.name) OR (new.email IS DISTINCT FROM old.email)) OR (new.phone IS DISTINCT FROM old.phone)) OR (new.balance IS DISTINCT FROM old.balance)) OR (new.source_id IS DISTINCT FROM old.source_id)) OR (new.erased_at IS DISTINCT FROM old.erased_at)))) EXECUTE FUNCTION refuse_change_of_erased();
ALTER TABLE family ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON family USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE family TO rollbook_app;


CREATE TABLE feed (
    organization_id uuid NOT NULL,
    number bigint NOT NULL,
    "position" bigint,
    fed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT feed_pk PRIMARY KEY (organization_id, number),
    CONSTRAINT feed_organization_fk FOREIGN KEY (organization_id) REFERENCES organization(organization_id)
);
ALTER TABLE ONLY feed ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX feed_fed_at_ix ON feed USING btree (fed_at);
CREATE UNIQUE INDEX feed_place_key ON feed USING btree (organization_id, "position");
CREATE CONSTRAINT TRIGGER feed_is_ready AFTER INSERT ON feed DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION feed_is_ready();
CREATE CONSTRAINT TRIGGER feed_takes_position AFTER UPDATE OF fed_at ON feed DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new."position" IS NULL)) EXECUTE FUNCTION feed_takes_position();
ALTER TABLE feed ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON feed USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT ON TABLE feed TO rollbook_app;


CREATE TABLE feed_item (
    organization_id uuid NOT NULL,
    number bigint NOT NULL,
    item bigint NOT NULL,
    timeslot_id uuid,
    held_on date,
    revision integer,
    student_id uuid,
    CONSTRAINT feed_item_pk PRIMARY KEY (organization_id, number, item),
    CONSTRAINT feed_item_number_fk FOREIGN KEY (organization_id, number) REFERENCES feed(organization_id, number) ON DELETE CASCADE
);
ALTER TABLE ONLY feed_item ALTER COLUMN organization_id SET (n_distinct=1);
ALTER TABLE feed_item ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON feed_item USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT ON TABLE feed_item TO rollbook_app;


CREATE TABLE feed_position (
    organization_id uuid NOT NULL,
    "position" bigint NOT NULL,
    CONSTRAINT feed_position_pk PRIMARY KEY (organization_id),
    CONSTRAINT feed_position_organization_fk FOREIGN KEY (organization_id) REFERENCES organization(organization_id)
)
WITH (fillfactor='20');
ALTER TABLE ONLY feed_position ALTER COLUMN organization_id SET (n_distinct=1);
ALTER TABLE feed_position ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON feed_position USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT ON TABLE feed_position TO rollbook_app;


CREATE TABLE former_instructor (
    organization_id uuid NOT NULL,
    offering_id uuid NOT NULL,
    person_id uuid NOT NULL,
    ends_on date NOT NULL,
    starts_on date,
    CONSTRAINT former_instructor_starts_before_it_ends CHECK ((starts_on <= ends_on)),
    CONSTRAINT former_instructor_pk PRIMARY KEY (organization_id, offering_id, person_id, ends_on),
    CONSTRAINT former_instructor_offering_id_fk FOREIGN KEY (organization_id, offering_id) REFERENCES offering(organization_id, id),
    CONSTRAINT former_instructor_person_id_fk FOREIGN KEY (organization_id, person_id) REFERENCES person(organization_id, id)
);
ALTER TABLE ONLY former_instructor ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX former_instructor_person_ix ON former_instructor USING btree (organization_id, person_id);
ALTER TABLE former_instructor ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON former_instructor USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE former_instructor TO rollbook_app;


CREATE TABLE former_offering (
    organization_id uuid NOT NULL,
    offering_id uuid NOT NULL,
    ends_on date NOT NULL,
    starts_on date,
    location_id uuid NOT NULL,
    program_id uuid,
    capacity integer,
    time_zone text NOT NULL,
    CONSTRAINT former_offering_starts_before_it_ends CHECK ((starts_on <= ends_on)),
    CONSTRAINT former_offering_pk PRIMARY KEY (organization_id, offering_id, ends_on),
    CONSTRAINT former_offering_location_id_fk FOREIGN KEY (organization_id, location_id) REFERENCES location(organization_id, id),
    CONSTRAINT former_offering_offering_id_fk FOREIGN KEY (organization_id, offering_id) REFERENCES offering(organization_id, id),
    CONSTRAINT former_offering_program_id_fk FOREIGN KEY (organization_id, program_id) REFERENCES program(organization_id, id)
);
ALTER TABLE ONLY former_offering ALTER COLUMN organization_id SET (n_distinct=1);
ALTER TABLE former_offering ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON former_offering USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE former_offering TO rollbook_app;


CREATE TABLE former_schedule (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    offering_id uuid NOT NULL,
    starts_on date,
    ends_on date NOT NULL,
    is_closed boolean NOT NULL,
    CONSTRAINT former_schedule_starts_before_it_ends CHECK ((starts_on <= ends_on)),
    CONSTRAINT former_schedule_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT former_schedule_offering_id_fk FOREIGN KEY (organization_id, offering_id) REFERENCES offering(organization_id, id)
);
ALTER TABLE ONLY former_schedule ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX former_schedule_offering_ix ON former_schedule USING btree (organization_id, offering_id);
ALTER TABLE former_schedule ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON former_schedule USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE former_schedule TO rollbook_app;


CREATE TABLE former_timeslot (
    organization_id uuid NOT NULL,
    timeslot_id uuid NOT NULL,
    ends_on date NOT NULL,
    offering_id uuid NOT NULL,
    starts_on date,
    weekday integer,
    start_time time without time zone NOT NULL,
    duration_minutes integer NOT NULL,
    room text,
    CONSTRAINT former_timeslot_starts_before_it_ends CHECK ((starts_on <= ends_on)),
    CONSTRAINT former_timeslot_weekday_is_iso CHECK (((weekday >= 1) AND (weekday <= 7))),
    CONSTRAINT former_timeslot_pk PRIMARY KEY (organization_id, timeslot_id, ends_on),
    CONSTRAINT former_timeslot_offering_id_fk FOREIGN KEY (organization_id, offering_id) REFERENCES offering(organization_id, id),
    CONSTRAINT former_timeslot_timeslot_id_fk FOREIGN KEY (organization_id, timeslot_id) REFERENCES timeslot(organization_id, id)
);
ALTER TABLE ONLY former_timeslot ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX former_timeslot_offering_ix ON former_timeslot USING btree (organization_id, offering_id);
ALTER TABLE former_timeslot ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON former_timeslot USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE former_timeslot TO rollbook_app;


CREATE TABLE group_member (
    organization_id uuid NOT NULL,
    person_id uuid NOT NULL,
    group_id uuid NOT NULL,
    CONSTRAINT group_member_pk PRIMARY KEY (organization_id, person_id, group_id),
    CONSTRAINT group_member_group_id_fk FOREIGN KEY (organization_id, group_id) REFERENCES permission_group(organization_id, id),
    CONSTRAINT group_member_person_id_fk FOREIGN KEY (organization_id, person_id) REFERENCES person(organization_id, id)
);
ALTER TABLE ONLY group_member ALTER COLUMN organization_id SET (n_distinct=1);
CREATE CONSTRAINT TRIGGER access_changed AFTER INSERT OR DELETE OR UPDATE ON group_member DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_access_change();
ALTER TABLE group_member ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON group_member USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE group_member TO rollbook_app;


CREATE TABLE guardian_phone (
    organization_id uuid NOT NULL,
    person_id uuid NOT NULL,
    number text NOT NULL,
    key text GENERATED ALWAYS AS (phone_key(number)) STORED,
    CONSTRAINT guardian_phone_pk PRIMARY KEY (organization_id, person_id, number),
    CONSTRAINT guardian_phone_person_id_fk FOREIGN KEY (organization_id, person_id) REFERENCES person(organization_id, id)
);
ALTER TABLE ONLY guardian_phone ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX guardian_phone_key_ix ON guardian_phone USING btree (organization_id, key);
ALTER TABLE guardian_phone ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON guardian_phone USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE guardian_phone TO rollbook_app;


CREATE TABLE idempotency_key (
    organization_id uuid NOT NULL,
    caller_id uuid NOT NULL,
    key text NOT NULL,
    mutation text NOT NULL,
    fingerprint text NOT NULL,
    answer jsonb,
    used_at timestamp with time zone NOT NULL,
    CONSTRAINT idempotency_key_pk PRIMARY KEY (organization_id, caller_id, key),
    CONSTRAINT idempotency_key_organization_fk FOREIGN KEY (organization_id) REFERENCES organization(organization_id)
);
ALTER TABLE ONLY idempotency_key ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX idempotency_key_used_at_ix ON idempotency_key USING btree (used_at);
ALTER TABLE idempotency_key ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON idempotency_key USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE idempotency_key TO rollbook_app;


CREATE TABLE imported_enrollment (
    organization_id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    said text NOT NULL,
    starts_on date NOT NULL,
    drop_on date,
    end_cause character varying(32),
    CONSTRAINT imported_enrollment_enrollment_end CHECK (((end_cause)::text = ANY ((ARRAY['DROPPED'::character varying, 'TRANSFERRED'::character varying, 'SESSION_ENDED'::character varying])::text[]))),
    CONSTRAINT imported_enrollment_pk PRIMARY KEY (organization_id, enrollment_id),
    CONSTRAINT imported_enrollment_enrollment_id_fk FOREIGN KEY (organization_id, enrollment_id) REFERENCES enrollment(organization_id, id)
);
ALTER TABLE ONLY imported_enrollment ALTER COLUMN organization_id SET (n_distinct=1);
ALTER TABLE imported_enrollment ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON imported_enrollment USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE imported_enrollment TO rollbook_app;


CREATE TABLE imported_family (
    organization_id uuid NOT NULL,
    family_id uuid NOT NULL,
    name text,
    phone text,
    email text,
    balance numeric(12,2),
    CONSTRAINT imported_family_pk PRIMARY KEY (organization_id, family_id),
    CONSTRAINT imported_family_family_id_fk FOREIGN KEY (organization_id, family_id) REFERENCES family(organization_id, id)
);
ALTER TABLE ONLY imported_family ALTER COLUMN organization_id SET (n_distinct=1);
ALTER TABLE imported_family ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON imported_family USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE imported_family TO rollbook_app;


CREATE TABLE imported_row (
    organization_id uuid NOT NULL,
    file text NOT NULL,
    key text NOT NULL,
    row_id uuid NOT NULL,
    said jsonb NOT NULL,
    is_ours boolean NOT NULL,
    CONSTRAINT imported_row_pk PRIMARY KEY (organization_id, file, key),
    CONSTRAINT imported_row_organization_fk FOREIGN KEY (organization_id) REFERENCES organization(organization_id)
);
ALTER TABLE ONLY imported_row ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX imported_row_row_ix ON imported_row USING btree (organization_id, row_id);
ALTER TABLE imported_row ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON imported_row USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE imported_row TO rollbook_app;


CREATE TABLE kiosk (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    location_id uuid NOT NULL,
    name text NOT NULL,
    launched_by_id uuid NOT NULL,
    launched_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revoked_by_id uuid,
    CONSTRAINT kiosk_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT kiosk_launched_by_id_fk FOREIGN KEY (organization_id, launched_by_id) REFERENCES person(organization_id, id),
    CONSTRAINT kiosk_location_id_fk FOREIGN KEY (organization_id, location_id) REFERENCES location(organization_id, id),
    CONSTRAINT kiosk_revoked_by_id_fk FOREIGN KEY (organization_id, revoked_by_id) REFERENCES person(organization_id, id)
);
ALTER TABLE ONLY kiosk ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX kiosk_launched_ix ON kiosk USING btree (organization_id, launched_at, id);
CREATE CONSTRAINT TRIGGER access_changed AFTER UPDATE ON kiosk DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((old.revoked_at IS DISTINCT FROM new.revoked_at)) EXECUTE FUNCTION count_access_change();
ALTER TABLE kiosk ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON kiosk USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE kiosk TO rollbook_app;


CREATE TABLE location (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    source_id text,
    deleted_at timestamp with time zone,
    settled_through_on date,
    next_zone text,
    next_zone_on date,
    CONSTRAINT location_planned_zone_is_whole CHECK (((next_zone IS NULL) = (next_zone_on IS NULL))),
    CONSTRAINT location_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT location_organization_fk FOREIGN KEY (organization_id) REFERENCES organization(organization_id)
);
ALTER TABLE ONLY location ALTER COLUMN organization_id SET (n_distinct=1);
CREATE UNIQUE INDEX location_source_id_key ON location USING btree (organization_id, source_id);
CREATE TRIGGER planned_zone_is_over BEFORE UPDATE ON location FOR EACH ROW WHEN (((old.time_zone IS DISTINCT FROM new.time_zone) AND (new.next_zone IS NOT NULL))) EXECUTE FUNCTION forget_planned_zone();
ALTER TABLE location ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON location USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE location TO rollbook_app;


CREATE TABLE makeup_request (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    student_id uuid NOT NULL,
    makeup_token_id uuid NOT NULL,
    timeslot_id uuid NOT NULL,
    held_on date NOT NULL,
    state character varying(32) NOT NULL,
    comment text,
    requested_by_id uuid,
    requested_at timestamp with time zone NOT NULL,
    decided_by_id uuid,
    decided_at timestamp with time zone,
    decision_comment text,
    makeup_enrollment_id uuid,
    CONSTRAINT makeup_request_makeup_request_state CHECK (((state)::text = ANY ((ARRAY['REQUESTED'::character varying, 'APPROVED'::character varying, 'DENIED'::character varying, 'WITHDRAWN'::character varying, 'LAPSED'::character varying])::text[]))),
    CONSTRAINT makeup_request_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT makeup_request_decided_by_id_fk FOREIGN KEY (organization_id, decided_by_id) REFERENCES person(organization_id, id),
    CONSTRAINT makeup_request_makeup_enrollment_id_fk FOREIGN KEY (organization_id, makeup_enrollment_id) REFERENCES enrollment(organization_id, id),
    CONSTRAINT makeup_request_makeup_token_id_fk FOREIGN KEY (organization_id, makeup_token_id) REFERENCES makeup_token(organization_id, id),
    CONSTRAINT makeup_request_requested_by_id_fk FOREIGN KEY (organization_id, requested_by_id) REFERENCES person(organization_id, id),
    CONSTRAINT makeup_request_student_id_fk FOREIGN KEY (organization_id, student_id) REFERENCES student(organization_id, id),
    CONSTRAINT makeup_request_timeslot_id_fk FOREIGN KEY (organization_id, timeslot_id) REFERENCES timeslot(organization_id, id)
);
ALTER TABLE ONLY makeup_request ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX makeup_request_listed_ix ON makeup_request USING btree (organization_id, state, requested_at, id);
CREATE UNIQUE INDEX makeup_request_one_open ON makeup_request USING btree (organization_id, makeup_token_id) WHERE ((state)::text = 'REQUESTED'::text);
CREATE INDEX makeup_request_student_ix ON makeup_request USING btree (organization_id, student_id);
CREATE TRIGGER makeup_request_change_is_fed AFTER UPDATE ON makeup_request REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION feed_tokens();
CREATE TRIGGER makeup_request_is_fed AFTER INSERT ON makeup_request REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION feed_tokens();
CREATE TRIGGER row_of_merged AFTER INSERT ON makeup_request REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION refuse_row_of_merged();
CREATE TRIGGER text_of_erased AFTER INSERT OR UPDATE ON makeup_request FOR EACH ROW WHEN ((COALESCE(new.comment, new.decision_comment) IS NOT NULL)) EXECUTE FUNCTION refuse_text_of_erased('student');
ALTER TABLE makeup_request ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON makeup_request USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE makeup_request TO rollbook_app;


CREATE TABLE makeup_token (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    student_id uuid NOT NULL,
    origin character varying(32) NOT NULL,
    timeslot_id uuid,
    held_on date,
    enrollment_id uuid,
    location_id uuid,
    program_id uuid,
    comment text,
    source character varying(32) NOT NULL,
    issued_by_id uuid,
    issued_at timestamp with time zone NOT NULL,
    issued_on date NOT NULL,
    expires_on date,
    revoked_at timestamp with time zone,
    deleted_at timestamp with time zone,
    deleted_by_id uuid,
    makeup_enrollment_id uuid,
    needs_review boolean DEFAULT false NOT NULL,
    lapses_on date,
    stands_for_cancellation boolean DEFAULT false NOT NULL,
    CONSTRAINT makeup_token_automatic_ones_name_a_class CHECK ((((origin)::text = 'MANUAL'::text) = (timeslot_id IS NULL))),
    CONSTRAINT makeup_token_issued_before_it_expires CHECK ((((origin)::text <> 'MANUAL'::text) OR (issued_on <= expires_on))),
    CONSTRAINT makeup_token_makeup_token_origin CHECK (((origin)::text = ANY ((ARRAY['ABSENCE'::character varying, 'CANCELLATION'::character varying, 'MANUAL'::character varying])::text[]))),
    CONSTRAINT makeup_token_occurrence_is_whole CHECK (((timeslot_id IS NULL) = (held_on IS NULL))),
    CONSTRAINT makeup_token_source CHECK (((source)::text = ANY ((ARRAY['OFFICE'::character varying, 'STAFF'::character varying, 'KIOSK'::character varying, 'GUARDIAN'::character varying, 'SYSTEM'::character varying])::text[]))),
    CONSTRAINT makeup_token_tied_ones_stay CHECK (((revoked_at IS NULL) OR (makeup_enrollment_id IS NULL))),
    CONSTRAINT makeup_token_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT makeup_token_deleted_by_id_fk FOREIGN KEY (organization_id, deleted_by_id) REFERENCES person(organization_id, id),
    CONSTRAINT makeup_token_enrollment_id_fk FOREIGN KEY (organization_id, enrollment_id) REFERENCES enrollment(organization_id, id),
    CONSTRAINT makeup_token_issued_by_id_fk FOREIGN KEY (organization_id, issued_by_id) REFERENCES person(organization_id, id),
    CONSTRAINT makeup_token_location_id_fk FOREIGN KEY (organization_id, location_id) REFERENCES location(organization_id, id),
    CONSTRAINT makeup_token_makeup_enrollment_id_fk FOREIGN KEY (organization_id, makeup_enrollment_id) REFERENCES enrollment(organization_id, id),
    CONSTRAINT makeup_token_program_id_fk FOREIGN KEY (organization_id, program_id) REFERENCES program(organization_id, id),
    CONSTRAINT makeup_token_student_id_fk FOREIGN KEY (organization_id, student_id) REFERENCES student(organization_id, id),
    CONSTRAINT makeup_token_timeslot_id_held_on_fk FOREIGN KEY (organization_id, timeslot_id, held_on) REFERENCES occurrence(organization_id, timeslot_id, held_on)
);
ALTER TABLE ONLY makeup_token ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX makeup_token_good_ix ON makeup_token USING btree (organization_id, LEAST(expires_on, lapses_on, 'infinity'::date), id);
CREATE INDEX makeup_token_occurrence_ix ON makeup_token USING btree (organization_id, timeslot_id, held_on);
CREATE UNIQUE INDEX makeup_token_one_automatic ON makeup_token USING btree (organization_id, student_id, timeslot_id, held_on, origin) WHERE ((origin)::text <> 'MANUAL'::text);
CREATE UNIQUE INDEX makeup_token_one_live ON makeup_token USING btree (organization_id, student_id, timeslot_id, held_on) WHERE (((origin)::text <> 'MANUAL'::text) AND (revoked_at IS NULL) AND (deleted_at IS NULL));
CREATE UNIQUE INDEX makeup_token_one_makeup ON makeup_token USING btree (organization_id, makeup_enrollment_id);
CREATE INDEX makeup_token_student_ix ON makeup_token USING btree (organization_id, student_id, expires_on, id);
CREATE TRIGGER makeup_token_change_is_fed AFTER UPDATE ON makeup_token REFERENCING OLD TABLE AS stale NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION feed_tokens();
CREATE TRIGGER makeup_token_is_fed AFTER INSERT ON makeup_token REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION feed_tokens();
CREATE TRIGGER row_of_merged AFTER INSERT ON makeup_token REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION refuse_row_of_merged();
CREATE TRIGGER text_of_erased AFTER INSERT OR UPDATE ON makeup_token FOR EACH ROW WHEN ((new.comment IS NOT NULL)) EXECUTE FUNCTION refuse_text_of_erased('student');
ALTER TABLE makeup_token ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON makeup_token USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE makeup_token TO rollbook_app;


CREATE TABLE makeup_token_entry (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    student_id uuid NOT NULL,
    makeup_token_id uuid,
    timeslot_id uuid,
    held_on date,
    act character varying(32) NOT NULL,
    cause text,
    source character varying(32) NOT NULL,
    actor_id uuid,
    entered_at timestamp with time zone NOT NULL,
    facts jsonb,
    number bigint DEFAULT nextval('makeup_token_entry_numbers'::regclass),
    CONSTRAINT makeup_token_entry_makeup_token_act CHECK (((act)::text = ANY ((ARRAY['ISSUED'::character varying, 'SKIPPED'::character varying, 'REVOKED'::character varying, 'REINSTATED'::character varying, 'FLAGGED'::character varying, 'UNFLAGGED'::character varying, 'REQUESTED'::character varying, 'DENIED'::character varying, 'WITHDRAWN'::character varying, 'REDEEMED'::character varying, 'RESET'::character varying, 'EDITED'::character varying, 'DELETED'::character varying, 'EXPIRED'::character varying])::text[]))),
    CONSTRAINT makeup_token_entry_source CHECK (((source)::text = ANY ((ARRAY['OFFICE'::character varying, 'STAFF'::character varying, 'KIOSK'::character varying, 'GUARDIAN'::character varying, 'SYSTEM'::character varying])::text[]))),
    CONSTRAINT makeup_token_entry_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT makeup_token_entry_actor_id_fk FOREIGN KEY (organization_id, actor_id) REFERENCES person(organization_id, id),
    CONSTRAINT makeup_token_entry_makeup_token_id_fk FOREIGN KEY (organization_id, makeup_token_id) REFERENCES makeup_token(organization_id, id),
    CONSTRAINT makeup_token_entry_student_id_fk FOREIGN KEY (organization_id, student_id) REFERENCES student(organization_id, id)
);
ALTER TABLE ONLY makeup_token_entry ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX makeup_token_entry_student_ix ON makeup_token_entry USING btree (organization_id, student_id, timeslot_id, held_on);
CREATE INDEX makeup_token_entry_token_ix ON makeup_token_entry USING btree (organization_id, makeup_token_id);
CREATE TRIGGER text_of_erased AFTER INSERT ON makeup_token_entry FOR EACH ROW WHEN (((new.act)::text = 'EDITED'::text)) EXECUTE FUNCTION refuse_text_of_erased('student');
ALTER TABLE makeup_token_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON makeup_token_entry USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT ON TABLE makeup_token_entry TO rollbook_app;


CREATE TABLE mark (
    organization_id uuid NOT NULL,
    timeslot_id uuid NOT NULL,
    held_on date NOT NULL,
    student_id uuid NOT NULL,
    enrollment_id uuid,
    status character varying(32) NOT NULL,
    is_defaulted boolean DEFAULT false NOT NULL,
    source character varying(32) NOT NULL,
    marked_by_id uuid,
    kiosk_id uuid,
    marked_at timestamp with time zone NOT NULL,
    note text,
    revision integer NOT NULL,
    by_check_in boolean DEFAULT false NOT NULL,
    CONSTRAINT mark_attendance_status CHECK (((status)::text = ANY ((ARRAY['PRESENT'::character varying, 'TARDY'::character varying, 'LEFT_EARLY'::character varying, 'TARDY_AND_LEFT_EARLY'::character varying, 'ABSENT'::character varying, 'EXCUSED_ABSENCE'::character varying])::text[]))),
    CONSTRAINT mark_defaults_come_from_the_system CHECK (((NOT is_defaulted) OR ((source)::text = 'SYSTEM'::text))),
    CONSTRAINT mark_source CHECK (((source)::text = ANY ((ARRAY['OFFICE'::character varying, 'STAFF'::character varying, 'KIOSK'::character varying, 'GUARDIAN'::character varying, 'SYSTEM'::character varying])::text[]))),
    CONSTRAINT mark_pk PRIMARY KEY (organization_id, timeslot_id, held_on, student_id),
    CONSTRAINT mark_enrollment_id_fk FOREIGN KEY (organization_id, enrollment_id) REFERENCES enrollment(organization_id, id),
    CONSTRAINT mark_kiosk_id_fk FOREIGN KEY (organization_id, kiosk_id) REFERENCES kiosk(organization_id, id),
    CONSTRAINT mark_marked_by_id_fk FOREIGN KEY (organization_id, marked_by_id) REFERENCES person(organization_id, id),
    CONSTRAINT mark_student_id_fk FOREIGN KEY (organization_id, student_id) REFERENCES student(organization_id, id),
    CONSTRAINT mark_timeslot_id_held_on_fk FOREIGN KEY (organization_id, timeslot_id, held_on) REFERENCES occurrence(organization_id, timeslot_id, held_on)
)
WITH (autovacuum_vacuum_insert_scale_factor='0.02');
ALTER TABLE ONLY mark ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX mark_student_status_ix ON mark USING btree (organization_id, student_id, timeslot_id, held_on) INCLUDE (status);
CREATE TRIGGER row_of_merged AFTER INSERT ON mark REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION refuse_row_of_merged();
CREATE TRIGGER text_of_erased AFTER INSERT OR UPDATE ON mark FOR EACH ROW WHEN ((new.note IS NOT NULL)) EXECUTE FUNCTION refuse_text_of_erased('student');
ALTER TABLE mark ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON mark USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE mark TO rollbook_app;


CREATE TABLE medical_read (
    organization_id uuid NOT NULL,
    read_on date NOT NULL,
    person_id uuid NOT NULL,
    student_id uuid NOT NULL,
    first_at timestamp with time zone NOT NULL,
    CONSTRAINT medical_read_pk PRIMARY KEY (organization_id, read_on, person_id, student_id),
    CONSTRAINT medical_read_person_id_fk FOREIGN KEY (organization_id, person_id) REFERENCES person(organization_id, id),
    CONSTRAINT medical_read_student_id_fk FOREIGN KEY (organization_id, student_id) REFERENCES student(organization_id, id)
);
ALTER TABLE ONLY medical_read ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX medical_read_read_on_ix ON medical_read USING btree (read_on);
CREATE INDEX medical_read_student_ix ON medical_read USING btree (organization_id, student_id, read_on);
ALTER TABLE medical_read ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON medical_read USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE medical_read TO rollbook_app;


CREATE TABLE occurrence (
    organization_id uuid NOT NULL,
    timeslot_id uuid NOT NULL,
    held_on date NOT NULL,
    revision integer DEFAULT 0 NOT NULL,
    cancelled_at timestamp with time zone,
    cancelled_by_id uuid,
    cancellation_comment text,
    CONSTRAINT occurrence_revision_is_a_count CHECK ((revision >= 0)),
    CONSTRAINT occurrence_pk PRIMARY KEY (organization_id, timeslot_id, held_on),
    CONSTRAINT occurrence_cancelled_by_id_fk FOREIGN KEY (organization_id, cancelled_by_id) REFERENCES person(organization_id, id),
    CONSTRAINT occurrence_timeslot_id_fk FOREIGN KEY (organization_id, timeslot_id) REFERENCES timeslot(organization_id, id)
);
ALTER TABLE ONLY occurrence ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX occurrence_cancelled_ix ON occurrence USING btree (organization_id, timeslot_id, held_on) WHERE (cancelled_at IS NOT NULL);
CREATE INDEX occurrence_held_on_ix ON occurrence USING btree (organization_id, held_on);
ALTER TABLE occurrence ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON occurrence USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE occurrence TO rollbook_app;


CREATE TABLE offering (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    kind character varying(32) NOT NULL,
    name text NOT NULL,
    location_id uuid NOT NULL,
    program_id uuid,
    capacity integer,
    starts_on date,
    ends_on date,
    min_age_months integer,
    max_age_months integer,
    gender text,
    source_id text,
    deleted_at timestamp with time zone,
    holds_from date,
    sort_key text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    search_key text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT offering_capacity_is_a_count CHECK ((capacity >= 0)),
    CONSTRAINT offering_offering_kind CHECK (((kind)::text = ANY ((ARRAY['CLASS'::character varying, 'APPOINTMENT'::character varying, 'CAMP'::character varying])::text[]))),
    CONSTRAINT offering_starts_before_it_ends CHECK ((starts_on <= ends_on)),
    CONSTRAINT offering_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT offering_location_id_fk FOREIGN KEY (organization_id, location_id) REFERENCES location(organization_id, id),
    CONSTRAINT offering_program_id_fk FOREIGN KEY (organization_id, program_id) REFERENCES program(organization_id, id)
);
ALTER TABLE ONLY offering ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX offering_sort_key_ix ON offering USING btree (organization_id, sort_key, id);
CREATE UNIQUE INDEX offering_source_id_key ON offering USING btree (organization_id, source_id);
ALTER TABLE offering ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON offering USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE offering TO rollbook_app;


CREATE TABLE offering_instructor (
    organization_id uuid NOT NULL,
    offering_id uuid NOT NULL,
    person_id uuid NOT NULL,
    starts_on date,
    CONSTRAINT offering_instructor_pk PRIMARY KEY (organization_id, offering_id, person_id),
    CONSTRAINT offering_instructor_offering_id_fk FOREIGN KEY (organization_id, offering_id) REFERENCES offering(organization_id, id),
    CONSTRAINT offering_instructor_person_id_fk FOREIGN KEY (organization_id, person_id) REFERENCES person(organization_id, id)
);
ALTER TABLE ONLY offering_instructor ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX offering_instructor_person_ix ON offering_instructor USING btree (organization_id, person_id);
CREATE CONSTRAINT TRIGGER access_changed AFTER INSERT OR DELETE OR UPDATE ON offering_instructor DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_access_change();
ALTER TABLE offering_instructor ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON offering_instructor USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE offering_instructor TO rollbook_app;


CREATE TABLE offering_session (
    organization_id uuid NOT NULL,
    offering_id uuid NOT NULL,
    session_id uuid NOT NULL,
    CONSTRAINT offering_session_pk PRIMARY KEY (organization_id, offering_id, session_id),
    CONSTRAINT offering_session_offering_id_fk FOREIGN KEY (organization_id, offering_id) REFERENCES offering(organization_id, id),
    CONSTRAINT offering_session_session_id_fk FOREIGN KEY (organization_id, session_id) REFERENCES session(organization_id, id)
);
ALTER TABLE ONLY offering_session ALTER COLUMN organization_id SET (n_distinct=1);
ALTER TABLE offering_session ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON offering_session USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE offering_session TO rollbook_app;


CREATE TABLE organization (
    organization_id uuid NOT NULL,
    name text NOT NULL,
    currency text DEFAULT 'USD'::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT organization_currency_is_iso_4217 CHECK ((currency ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT organization_pk PRIMARY KEY (organization_id)
);
ALTER TABLE ONLY organization ALTER COLUMN organization_id SET (n_distinct=1);
ALTER TABLE organization ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON organization USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE organization TO rollbook_app;


CREATE TABLE people_merge (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    kind character varying(32) NOT NULL,
    from_id uuid NOT NULL,
    into_id uuid NOT NULL,
    merged_by_id uuid,
    merged_at timestamp with time zone NOT NULL,
    facts jsonb NOT NULL,
    CONSTRAINT people_merge_merge_kind CHECK (((kind)::text = ANY ((ARRAY['FAMILY'::character varying, 'GUARDIAN'::character varying, 'STUDENT'::character varying])::text[]))),
    CONSTRAINT people_merge_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT people_merge_merged_by_id_fk FOREIGN KEY (organization_id, merged_by_id) REFERENCES person(organization_id, id),
    CONSTRAINT people_merge_organization_fk FOREIGN KEY (organization_id) REFERENCES organization(organization_id)
);
ALTER TABLE ONLY people_merge ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX people_merge_listed_ix ON people_merge USING btree (organization_id, merged_at, id);
ALTER TABLE people_merge ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON people_merge USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE people_merge TO rollbook_app;


CREATE TABLE permission_group (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    permissions text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT permission_group_permissions_are_known CHECK ((permissions <@ ARRAY['OWNER'::text, 'OFFICE_ATTENDANCE_VIEW'::text, 'OFFICE_ATTENDANCE_FULL'::text, 'OFFICE_SEE_ALL'::text, 'STAFF_ATTENDANCE_VIEW'::text, 'STAFF_ATTENDANCE_FULL'::text, 'STAFF_SEE_ALL'::text, 'EXCUSE_ABSENCES'::text, 'CREATE_MAKEUP_TOKENS'::text, 'DELETE_MAKEUP_TOKENS'::text, 'MAKEUPS_WITHOUT_TOKENS'::text, 'CANCEL_OCCURRENCES'::text, 'MANAGE_ENROLLMENTS'::text, 'MANAGE_PEOPLE'::text, 'MANAGE_STAFF'::text, 'MANAGE_SETTINGS'::text, 'MANAGE_CATALOGUE'::text, 'LAUNCH_KIOSK'::text, 'SEE_BALANCES'::text, 'SEND_STATEMENTS'::text, 'SEE_MEDICAL'::text, 'SEE_REPORTS'::text])),
    CONSTRAINT permission_group_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT permission_group_organization_fk FOREIGN KEY (organization_id) REFERENCES organization(organization_id)
);
ALTER TABLE ONLY permission_group ALTER COLUMN organization_id SET (n_distinct=1);
CREATE CONSTRAINT TRIGGER access_changed AFTER DELETE OR UPDATE ON permission_group DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_access_change();
ALTER TABLE permission_group ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON permission_group USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE permission_group TO rollbook_app;


CREATE TABLE person (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    kind character varying(32) NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    email text,
    password_hash text,
    family_id uuid,
    permissions text[] DEFAULT '{}'::text[] NOT NULL,
    source_id text,
    ended_at timestamp with time zone,
    office_fields text[] DEFAULT '{}'::text[] NOT NULL,
    merged_into_id uuid,
    ends_on date,
    ends_at timestamp with time zone,
    sort_key text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    search_key text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT person_guardians_have_a_family CHECK (((family_id IS NOT NULL) = ((kind)::text = 'GUARDIAN'::text))),
    CONSTRAINT person_only_staff_hold_permissions CHECK ((((kind)::text = 'STAFF'::text) OR (permissions = '{}'::text[]))),
    CONSTRAINT person_permissions_are_known CHECK ((permissions <@ ARRAY['OWNER'::text, 'OFFICE_ATTENDANCE_VIEW'::text, 'OFFICE_ATTENDANCE_FULL'::text, 'OFFICE_SEE_ALL'::text, 'STAFF_ATTENDANCE_VIEW'::text, 'STAFF_ATTENDANCE_FULL'::text, 'STAFF_SEE_ALL'::text, 'EXCUSE_ABSENCES'::text, 'CREATE_MAKEUP_TOKENS'::text, 'DELETE_MAKEUP_TOKENS'::text, 'MAKEUPS_WITHOUT_TOKENS'::text, 'CANCEL_OCCURRENCES'::text, 'MANAGE_ENROLLMENTS'::text, 'MANAGE_PEOPLE'::text, 'MANAGE_STAFF'::text, 'MANAGE_SETTINGS'::text, 'MANAGE_CATALOGUE'::text, 'LAUNCH_KIOSK'::text, 'SEE_BALANCES'::text, 'SEND_STATEMENTS'::text, 'SEE_MEDICAL'::text, 'SEE_REPORTS'::text])),
    CONSTRAINT person_person_kind CHECK (((kind)::text = ANY ((ARRAY['STAFF'::character varying, 'GUARDIAN'::character varying])::text[]))),
    CONSTRAINT person_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT person_family_id_fk FOREIGN KEY (organization_id, family_id) REFERENCES family(organization_id, id),
    CONSTRAINT person_merged_into_id_fk FOREIGN KEY (organization_id, merged_into_id) REFERENCES person(organization_id, id),
    CONSTRAINT person_organization_fk FOREIGN KEY (organization_id) REFERENCES organization(organization_id)
);
ALTER TABLE ONLY person ALTER COLUMN organization_id SET (n_distinct=1);
CREATE UNIQUE INDEX person_email_key ON person USING btree (organization_id, kind, lower(email));
CREATE INDEX person_ends_ix ON person USING btree (ends_at) WHERE (ends_at IS NOT NULL);
CREATE INDEX person_family_ix ON person USING btree (organization_id, family_id);
CREATE INDEX person_sign_in_ix ON person USING btree (lower(email), kind);
CREATE UNIQUE INDEX person_source_id_key ON person USING btree (organization_id, source_id);
CREATE CONSTRAINT TRIGGER access_changed AFTER UPDATE ON person DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((((((old.permissions IS DISTINCT FROM new.permissions) OR (old.ended_at IS DISTINCT FROM new.ended_at)) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text)) OR (old.family_id IS DISTINCT FROM new.family_id)) OR (old.email IS DISTINCT FROM new.email))) EXECUTE FUNCTION count_access_change();
CREATE TRIGGER address_changed AFTER UPDATE ON person FOR EACH ROW WHEN ((old.email IS DISTINCT FROM new.email)) EXECUTE FUNCTION end_links_to_old_address();
CREATE CONSTRAINT TRIGGER planned_end_changed AFTER UPDATE ON person DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((old.ends_at IS DISTINCT FROM new.ends_at)) EXECUTE FUNCTION count_access_change();
CREATE TRIGGER planned_end_is_over BEFORE UPDATE ON person FOR EACH ROW WHEN (((old.ended_at IS DISTINCT FROM new.ended_at) AND (new.ends_at IS NOT NULL))) EXECUTE FUNCTION forget_planned_end();
ALTER TABLE person ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON person USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE person TO rollbook_app;


CREATE TABLE place_offer (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    enrollment_id uuid NOT NULL,
    starts_on date NOT NULL,
    holds_until timestamp with time zone NOT NULL,
    state character varying(32) NOT NULL,
    offered_at timestamp with time zone NOT NULL,
    offered_by_id uuid,
    settled_at timestamp with time zone,
    settled_by_id uuid,
    CONSTRAINT place_offer_holds_for_a_while CHECK ((holds_until > offered_at)),
    CONSTRAINT place_offer_is_settled_at_an_instant CHECK ((((state)::text = 'OPEN'::text) = (settled_at IS NULL))),
    CONSTRAINT place_offer_place_offer_state CHECK (((state)::text = ANY ((ARRAY['OPEN'::character varying, 'ACCEPTED'::character varying, 'DECLINED'::character varying, 'WITHDRAWN'::character varying, 'OVER'::character varying])::text[]))),
    CONSTRAINT place_offer_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT place_offer_enrollment_id_fk FOREIGN KEY (organization_id, enrollment_id) REFERENCES enrollment(organization_id, id),
    CONSTRAINT place_offer_offered_by_id_fk FOREIGN KEY (organization_id, offered_by_id) REFERENCES person(organization_id, id),
    CONSTRAINT place_offer_settled_by_id_fk FOREIGN KEY (organization_id, settled_by_id) REFERENCES person(organization_id, id)
);
ALTER TABLE ONLY place_offer ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX place_offer_enrollment_ix ON place_offer USING btree (organization_id, enrollment_id, offered_at);
CREATE UNIQUE INDEX place_offer_one_open_key ON place_offer USING btree (organization_id, enrollment_id) WHERE ((state)::text = 'OPEN'::text);
CREATE INDEX place_offer_over_ix ON place_offer USING btree (holds_until) WHERE ((state)::text = 'OPEN'::text);
CREATE TRIGGER place_offer_change_is_fed AFTER UPDATE ON place_offer REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION feed_offers();
CREATE TRIGGER place_offer_is_fed AFTER INSERT ON place_offer REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION feed_offers();
ALTER TABLE place_offer ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON place_offer USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE place_offer TO rollbook_app;


CREATE TABLE program (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    blackout_schedule_id uuid,
    deleted_at timestamp with time zone,
    former_blackout_schedule_id uuid,
    blackout_schedule_from date,
    CONSTRAINT program_former_blackout_schedule_has_an_end CHECK (((former_blackout_schedule_id IS NULL) OR (blackout_schedule_from IS NOT NULL))),
    CONSTRAINT program_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT program_blackout_schedule_id_fk FOREIGN KEY (organization_id, blackout_schedule_id) REFERENCES blackout_schedule(organization_id, id),
    CONSTRAINT program_former_blackout_schedule_id_fk FOREIGN KEY (organization_id, former_blackout_schedule_id) REFERENCES blackout_schedule(organization_id, id),
    CONSTRAINT program_organization_fk FOREIGN KEY (organization_id) REFERENCES organization(organization_id)
);
ALTER TABLE ONLY program ALTER COLUMN organization_id SET (n_distinct=1);
CREATE TRIGGER planned_blackout_schedule_is_over BEFORE UPDATE ON program FOR EACH ROW WHEN (((old.blackout_schedule_id IS DISTINCT FROM new.blackout_schedule_id) AND (old.blackout_schedule_from = new.blackout_schedule_from))) EXECUTE FUNCTION forget_former_blackout_schedule();
ALTER TABLE program ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON program USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE program TO rollbook_app;


CREATE TABLE recovery_code (
    organization_id uuid NOT NULL,
    person_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT recovery_code_pk PRIMARY KEY (organization_id, person_id, code_hash),
    CONSTRAINT recovery_code_person_id_fk FOREIGN KEY (organization_id, person_id) REFERENCES person(organization_id, id)
);
ALTER TABLE ONLY recovery_code ALTER COLUMN organization_id SET (n_distinct=1);
ALTER TABLE recovery_code ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON recovery_code USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE recovery_code TO rollbook_app;


CREATE TABLE report_part (
    organization_id uuid NOT NULL,
    background_task_id uuid NOT NULL,
    "position" integer NOT NULL,
    text text NOT NULL,
    CONSTRAINT report_part_pk PRIMARY KEY (organization_id, background_task_id, "position"),
    CONSTRAINT report_part_background_task_id_position_fk FOREIGN KEY (organization_id, background_task_id, "position") REFERENCES background_task_item(organization_id, background_task_id, "position")
);
ALTER TABLE ONLY report_part ALTER COLUMN organization_id SET (n_distinct=1);
ALTER TABLE report_part ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON report_part USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE report_part TO rollbook_app;


CREATE TABLE second_factor (
    organization_id uuid NOT NULL,
    person_id uuid NOT NULL,
    sealed_secret bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone,
    last_step bigint,
    CONSTRAINT second_factor_pk PRIMARY KEY (organization_id, person_id),
    CONSTRAINT second_factor_person_id_fk FOREIGN KEY (organization_id, person_id) REFERENCES person(organization_id, id)
);
ALTER TABLE ONLY second_factor ALTER COLUMN organization_id SET (n_distinct=1);
ALTER TABLE second_factor ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON second_factor USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE second_factor TO rollbook_app;


CREATE TABLE security_event (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    kind character varying(32) NOT NULL,
    person_id uuid,
    kiosk_id uuid,
    portal character varying(32),
    address text NOT NULL,
    detail text,
    count integer NOT NULL,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    CONSTRAINT security_event_count_is_at_least_one CHECK ((count >= 1)),
    CONSTRAINT security_event_portal CHECK (((portal)::text = ANY ((ARRAY['OFFICE'::character varying, 'STAFF'::character varying, 'CUSTOMER'::character varying, 'KIOSK'::character varying])::text[]))),
    CONSTRAINT security_event_security_event_kind CHECK (((kind)::text = ANY (ARRAY[('SIGNED_IN'::character varying)::text, ('SIGN_IN_REFUSED'::character varying)::text, ('SIGN_IN_LIMITED'::character varying)::text, ('REFRESH_REFUSED'::character varying)::text, ('REFRESH_REUSED'::character varying)::text, ('SESSION_ENDED'::character varying)::text, ('PERMISSION_DENIED'::character varying)::text, ('KIOSK_LAUNCHED'::character varying)::text, ('KIOSK_REVOKED'::character varying)::text, ('KIOSK_LIMITED'::character varying)::text, ('FAMILY_ERASED'::character varying)::text, ('FAMILY_EXPORTED'::character varying)::text, ('ORGANIZATION_FOUNDED'::character varying)::text, ('INVITED'::character varying)::text, ('INVITATION_REVOKED'::character varying)::text, ('INVITATION_ACCEPTED'::character varying)::text, ('PASSWORD_RESET_REQUESTED'::character varying)::text, ('PASSWORD_RESET_LIMITED'::character varying)::text, ('PASSWORD_RESET'::character varying)::text, ('PASSWORD_CHANGED'::character varying)::text, ('LINK_REFUSED'::character varying)::text, ('SECOND_FACTOR_ADDED'::character varying)::text, ('SECOND_FACTOR_REMOVED'::character varying)::text, ('SECOND_FACTOR_REFUSED'::character varying)::text, ('RECOVERY_CODE_USED'::character varying)::text, ('STAFF_CREATED'::character varying)::text, ('STAFF_UPDATED'::character varying)::text, ('STAFF_END_PLANNED'::character varying)::text, ('STAFF_ENDED'::character varying)::text, ('STAFF_RESTORED'::character varying)::text, ('PERMISSIONS_CHANGED'::character varying)::text, ('PERMISSION_GROUP_CHANGED'::character varying)::text]))),
    CONSTRAINT security_event_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT security_event_kiosk_id_fk FOREIGN KEY (organization_id, kiosk_id) REFERENCES kiosk(organization_id, id),
    CONSTRAINT security_event_organization_fk FOREIGN KEY (organization_id) REFERENCES organization(organization_id),
    CONSTRAINT security_event_person_id_fk FOREIGN KEY (organization_id, person_id) REFERENCES person(organization_id, id)
);
ALTER TABLE ONLY security_event ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX security_event_first_at_ix ON security_event USING btree (first_at);
CREATE INDEX security_event_listed_ix ON security_event USING btree (organization_id, first_at, id);
CREATE INDEX security_event_person_ix ON security_event USING btree (organization_id, person_id);
ALTER TABLE security_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON security_event USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE security_event TO rollbook_app;


CREATE TABLE session (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    name text NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    source_id text,
    deleted_at timestamp with time zone,
    CONSTRAINT session_starts_before_it_ends CHECK ((starts_on <= ends_on)),
    CONSTRAINT session_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT session_organization_fk FOREIGN KEY (organization_id) REFERENCES organization(organization_id)
);
ALTER TABLE ONLY session ALTER COLUMN organization_id SET (n_distinct=1);
CREATE UNIQUE INDEX session_source_id_key ON session USING btree (organization_id, source_id);
ALTER TABLE session ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON session USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE session TO rollbook_app;


CREATE TABLE settings (
    organization_id uuid NOT NULL,
    office_check_in_mode boolean DEFAULT false NOT NULL,
    birthday_window_days integer DEFAULT 3 NOT NULL,
    mark_absent_when_nobody_checks_in boolean DEFAULT false NOT NULL,
    consecutive_absences_notice integer,
    staff_check_in_mode boolean DEFAULT false NOT NULL,
    staff_sees_balances boolean DEFAULT false NOT NULL,
    kiosk_read_only boolean DEFAULT false NOT NULL,
    kiosk_early_minutes integer,
    kiosk_late_minutes integer,
    kiosk_marks_tardy boolean DEFAULT false NOT NULL,
    guardians_may_request_absences boolean DEFAULT true NOT NULL,
    auto_approve_absences boolean DEFAULT false NOT NULL,
    auto_excuse_absences boolean DEFAULT false NOT NULL,
    absence_notice_minutes integer DEFAULT 0 NOT NULL,
    tokens_enabled boolean DEFAULT true NOT NULL,
    token_trigger character varying(32) DEFAULT 'ALL_ABSENCES'::character varying NOT NULL,
    earning_types text[] DEFAULT ARRAY['ACTIVE'::text] NOT NULL,
    token_limit integer,
    token_limit_period character varying(32) DEFAULT 'MONTH'::character varying NOT NULL,
    token_limit_scope character varying(32) DEFAULT 'STUDENT'::character varying NOT NULL,
    expiry_unit character varying(32) DEFAULT 'DAYS'::character varying NOT NULL,
    expiry_count integer DEFAULT 90 NOT NULL,
    expiry_anchor character varying(32) DEFAULT 'ISSUE'::character varying NOT NULL,
    ignore_location_lock boolean DEFAULT false NOT NULL,
    families_see_comments boolean DEFAULT false NOT NULL,
    families_see_expired boolean DEFAULT true NOT NULL,
    auto_approve_makeups boolean DEFAULT true NOT NULL,
    makeup_horizon_days integer DEFAULT 60 NOT NULL,
    makeup_latest_booking_minutes integer DEFAULT 0 NOT NULL,
    expire_after_last_drop_days integer,
    absence_notice_in_hours boolean DEFAULT false NOT NULL,
    returned_token_days integer DEFAULT 14 NOT NULL,
    families_may_give_back_makeups boolean DEFAULT true NOT NULL,
    second_factor_required boolean DEFAULT false NOT NULL,
    place_offer_hours integer,
    CONSTRAINT settings_birthday_window_is_days CHECK (((birthday_window_days >= 0) AND (birthday_window_days <= 31))),
    CONSTRAINT settings_expiry_anchor CHECK (((expiry_anchor)::text = ANY ((ARRAY['ISSUE'::character varying, 'MISSED_CLASS'::character varying])::text[]))),
    CONSTRAINT settings_expiry_count_is_in_range CHECK (((expiry_count >= 1) AND (expiry_count <= 3650))),
    CONSTRAINT settings_expiry_unit CHECK (((expiry_unit)::text = ANY ((ARRAY['NEVER'::character varying, 'DAYS'::character varying, 'WEEKS'::character varying, 'MONTHS'::character varying, 'END_OF_SESSION'::character varying])::text[]))),
    CONSTRAINT settings_horizon_is_in_range CHECK (((makeup_horizon_days >= 1) AND (makeup_horizon_days <= 366))),
    CONSTRAINT settings_latest_booking_is_not_negative CHECK ((makeup_latest_booking_minutes >= 0)),
    CONSTRAINT settings_limit_period CHECK (((token_limit_period)::text = ANY ((ARRAY['OUTSTANDING'::character varying, 'MONTH'::character varying, 'YEAR'::character varying, 'SESSION'::character varying, 'ENROLLMENT'::character varying])::text[]))),
    CONSTRAINT settings_limit_scope CHECK (((token_limit_scope)::text = ANY ((ARRAY['STUDENT'::character varying, 'ENROLLMENT'::character varying])::text[]))),
    CONSTRAINT settings_notice_is_not_negative CHECK ((absence_notice_minutes >= 0)),
    CONSTRAINT settings_notice_needs_an_absence CHECK ((consecutive_absences_notice >= 1)),
    CONSTRAINT settings_offers_last_hours CHECK (((place_offer_hours >= 1) AND (place_offer_hours <= 720))),
    CONSTRAINT settings_returned_token_days_are_not_negative CHECK ((returned_token_days >= 0)),
    CONSTRAINT settings_somebody_earns CHECK (((cardinality(earning_types) > 0) AND (NOT ('WAITLIST'::text = ANY (earning_types))))),
    CONSTRAINT settings_token_limit_is_a_count CHECK ((token_limit >= 1)),
    CONSTRAINT settings_token_trigger CHECK (((token_trigger)::text = ANY ((ARRAY['ALL_ABSENCES'::character varying, 'EXCUSED_ONLY'::character varying])::text[]))),
    CONSTRAINT settings_wait_after_last_drop_is_not_negative CHECK ((expire_after_last_drop_days >= 0)),
    CONSTRAINT settings_windows_are_not_negative CHECK (((kiosk_early_minutes >= 0) AND (kiosk_late_minutes >= 0))),
    CONSTRAINT settings_pk PRIMARY KEY (organization_id),
    CONSTRAINT settings_organization_fk FOREIGN KEY (organization_id) REFERENCES organization(organization_id)
);
ALTER TABLE ONLY settings ALTER COLUMN organization_id SET (n_distinct=1);
CREATE CONSTRAINT TRIGGER access_changed AFTER INSERT OR DELETE OR UPDATE ON settings DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_access_change();
ALTER TABLE settings ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON settings USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE settings TO rollbook_app;


CREATE TABLE settings_change (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    changed_by_id uuid,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    CONSTRAINT settings_change_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT settings_change_changed_by_id_fk FOREIGN KEY (organization_id, changed_by_id) REFERENCES person(organization_id, id),
    CONSTRAINT settings_change_organization_fk FOREIGN KEY (organization_id) REFERENCES organization(organization_id)
);
ALTER TABLE ONLY settings_change ALTER COLUMN organization_id SET (n_distinct=1);
ALTER TABLE settings_change ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON settings_change USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT ON TABLE settings_change TO rollbook_app;


CREATE TABLE sign_in (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    portal character varying(32) NOT NULL,
    refresh_hash bytea NOT NULL,
    previous_refresh_hash bytea,
    created_at timestamp with time zone NOT NULL,
    refreshed_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    device text,
    CONSTRAINT sign_in_portal CHECK (((portal)::text = ANY ((ARRAY['OFFICE'::character varying, 'STAFF'::character varying, 'CUSTOMER'::character varying, 'KIOSK'::character varying])::text[]))),
    CONSTRAINT sign_in_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT sign_in_person_id_fk FOREIGN KEY (organization_id, person_id) REFERENCES person(organization_id, id)
);
ALTER TABLE ONLY sign_in ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX sign_in_expires_ix ON sign_in USING btree (expires_at);
CREATE INDEX sign_in_person_ix ON sign_in USING btree (organization_id, person_id);
CREATE CONSTRAINT TRIGGER access_changed AFTER UPDATE ON sign_in DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((old.ended_at IS DISTINCT FROM new.ended_at)) EXECUTE FUNCTION count_access_change();
ALTER TABLE sign_in ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON sign_in USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE sign_in TO rollbook_app;


CREATE TABLE staff_absence (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    comment text,
    recorded_by_id uuid,
    recorded_at timestamp with time zone NOT NULL,
    CONSTRAINT staff_absence_starts_before_it_ends CHECK ((starts_on <= ends_on)),
    CONSTRAINT staff_absence_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT staff_absence_person_id_fk FOREIGN KEY (organization_id, person_id) REFERENCES person(organization_id, id)
);
ALTER TABLE ONLY staff_absence ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX staff_absence_person_ix ON staff_absence USING btree (organization_id, person_id, starts_on);
ALTER TABLE staff_absence ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON staff_absence USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE staff_absence TO rollbook_app;


CREATE TABLE student (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    family_id uuid NOT NULL,
    first_name text NOT NULL,
    last_name text NOT NULL,
    sort_name text GENERATED ALWAYS AS (lower(((last_name || ', '::text) || first_name))) STORED NOT NULL COLLATE pg_catalog."C",
    birth_on date,
    gender text,
    medical_alert text,
    roll_sheet_comment text,
    source_id text,
    deleted_at timestamp with time zone,
    tokens_lapse_on date,
    sort_key text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    search_key text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    erased_at timestamp with time zone,
    office_fields text[] DEFAULT '{}'::text[] NOT NULL,
    merged_into_id uuid,
    CONSTRAINT student_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT student_family_id_fk FOREIGN KEY (organization_id, family_id) REFERENCES family(organization_id, id),
    CONSTRAINT student_merged_into_id_fk FOREIGN KEY (organization_id, merged_into_id) REFERENCES student(organization_id, id)
);
ALTER TABLE ONLY student ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX student_family_ix ON student USING btree (organization_id, family_id);
CREATE INDEX student_sort_key_ix ON student USING btree (organization_id, sort_key, id);
CREATE UNIQUE INDEX student_source_id_key ON student USING btree (organization_id, source_id);
CREATE TRIGGER stays_erased AFTER UPDATE ON student FOR EACH ROW WHEN (((old.erased_at IS NOT NULL) AND ((((((((new.first_name IS DISTINCT FROM old.first_name) OR (new.last_name IS DISTINCT FROM old.last_name)) OR (new.birth_on IS DISTINCT FROM old.birth_on)) OR (new.gender IS DISTINCT FROM old.gender)) OR (new.medical_alert IS DISTINCT FROM old.medical_alert)) OR (new.roll_sheet_comment IS DISTINCT FROM old.roll_sheet_comment)) OR (new.source_id IS DISTINCT FROM old.source_id)) OR (new.erased_at IS DISTINCT FROM old.erased_at)))) EXECUTE FUNCTION refuse_change_of_erased();
ALTER TABLE student ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON student USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE student TO rollbook_app;


CREATE TABLE student_note (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    student_id uuid NOT NULL,
    level character varying(32) DEFAULT 'NORMAL'::character varying NOT NULL,
    body text NOT NULL,
    written_by_id uuid,
    written_at timestamp with time zone NOT NULL,
    closed_by_id uuid,
    closed_at timestamp with time zone,
    CONSTRAINT student_note_note_level CHECK (((level)::text = ANY ((ARRAY['NORMAL'::character varying, 'CRITICAL'::character varying])::text[]))),
    CONSTRAINT student_note_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT student_note_closed_by_id_fk FOREIGN KEY (organization_id, closed_by_id) REFERENCES person(organization_id, id),
    CONSTRAINT student_note_student_id_fk FOREIGN KEY (organization_id, student_id) REFERENCES student(organization_id, id),
    CONSTRAINT student_note_written_by_id_fk FOREIGN KEY (organization_id, written_by_id) REFERENCES person(organization_id, id)
);
ALTER TABLE ONLY student_note ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX student_note_student_ix ON student_note USING btree (organization_id, student_id, closed_at);
CREATE TRIGGER row_of_merged AFTER INSERT ON student_note REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION refuse_row_of_merged();
CREATE TRIGGER text_of_erased AFTER INSERT OR UPDATE ON student_note FOR EACH ROW EXECUTE FUNCTION refuse_text_of_erased('student');
ALTER TABLE student_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON student_note USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE student_note TO rollbook_app;


CREATE TABLE substitution (
    organization_id uuid NOT NULL,
    timeslot_id uuid NOT NULL,
    held_on date NOT NULL,
    absent_person_id uuid NOT NULL,
    substitute_id uuid,
    staff_absence_id uuid,
    CONSTRAINT substitution_pk PRIMARY KEY (organization_id, timeslot_id, held_on, absent_person_id),
    CONSTRAINT substitution_absent_person_id_fk FOREIGN KEY (organization_id, absent_person_id) REFERENCES person(organization_id, id),
    CONSTRAINT substitution_staff_absence_id_fk FOREIGN KEY (organization_id, staff_absence_id) REFERENCES staff_absence(organization_id, id),
    CONSTRAINT substitution_substitute_id_fk FOREIGN KEY (organization_id, substitute_id) REFERENCES person(organization_id, id),
    CONSTRAINT substitution_timeslot_id_fk FOREIGN KEY (organization_id, timeslot_id) REFERENCES timeslot(organization_id, id)
);
ALTER TABLE ONLY substitution ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX substitution_substitute_ix ON substitution USING btree (organization_id, substitute_id, held_on);
CREATE CONSTRAINT TRIGGER access_changed AFTER INSERT OR DELETE OR UPDATE ON substitution DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION count_access_change();
ALTER TABLE substitution ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON substitution USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE substitution TO rollbook_app;


CREATE TABLE timeslot (
    organization_id uuid NOT NULL,
    id uuid NOT NULL,
    offering_id uuid NOT NULL,
    weekday integer,
    starts_on date,
    ends_on date,
    start_time time without time zone NOT NULL,
    duration_minutes integer NOT NULL,
    room text,
    deleted_at timestamp with time zone,
    source_id text,
    CONSTRAINT timeslot_duration_is_a_day_at_most CHECK (((duration_minutes >= 1) AND (duration_minutes <= 1440))),
    CONSTRAINT timeslot_starts_before_it_ends CHECK ((starts_on <= ends_on)),
    CONSTRAINT timeslot_weekday_is_iso CHECK (((weekday >= 1) AND (weekday <= 7))),
    CONSTRAINT timeslot_weekly_or_on_dates CHECK (((weekday IS NOT NULL) OR ((starts_on IS NOT NULL) AND (ends_on IS NOT NULL)))),
    CONSTRAINT timeslot_pk PRIMARY KEY (organization_id, id),
    CONSTRAINT timeslot_offering_id_fk FOREIGN KEY (organization_id, offering_id) REFERENCES offering(organization_id, id)
);
ALTER TABLE ONLY timeslot ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX timeslot_offering_ix ON timeslot USING btree (organization_id, offering_id);
ALTER TABLE timeslot ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON timeslot USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE timeslot TO rollbook_app;


CREATE TABLE token_run (
    organization_id uuid NOT NULL,
    timeslot_id uuid NOT NULL,
    held_on date NOT NULL,
    phase character varying(32) NOT NULL,
    due_at timestamp with time zone NOT NULL,
    state character varying(32) NOT NULL,
    armed_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    issued integer DEFAULT 0 NOT NULL,
    revoked integer DEFAULT 0 NOT NULL,
    by_check_in boolean DEFAULT false NOT NULL,
    trace_parent text DEFAULT NULLIF(current_setting('rollbook.trace_parent'::text, true), ''::text),
    CONSTRAINT token_run_done_has_an_instant CHECK ((((state)::text = 'DONE'::text) = (done_at IS NOT NULL))),
    CONSTRAINT token_run_token_run_phase CHECK (((phase)::text = ANY ((ARRAY['AFTER_CLASS'::character varying, 'END_OF_DAY'::character varying])::text[]))),
    CONSTRAINT token_run_token_run_state CHECK (((state)::text = ANY ((ARRAY['ARMED'::character varying, 'DONE'::character varying])::text[]))),
    CONSTRAINT token_run_pk PRIMARY KEY (organization_id, timeslot_id, held_on, phase),
    CONSTRAINT token_run_timeslot_id_held_on_fk FOREIGN KEY (organization_id, timeslot_id, held_on) REFERENCES occurrence(organization_id, timeslot_id, held_on)
);
ALTER TABLE ONLY token_run ALTER COLUMN organization_id SET (n_distinct=1);
CREATE INDEX token_run_due_ix ON token_run USING btree (due_at) WHERE ((state)::text = 'ARMED'::text);
ALTER TABLE token_run ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON token_run USING ((organization_id = ( SELECT (NULLIF(current_setting('rollbook.organization_id'::text, true), ''::text))::uuid AS "nullif")));
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE token_run TO rollbook_app;


-- ======== Functions ========


CREATE FUNCTION access_epochs_of(organizations uuid[]) RETURNS TABLE(organization_id uuid, epoch bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT a.organization_id, a.epoch FROM access_epoch a WHERE a.organization_id = ANY (organizations)
$$;
REVOKE ALL ON FUNCTION access_epochs_of(organizations uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION access_epochs_of(organizations uuid[]) TO rollbook_app;


CREATE FUNCTION background_task_revisions(organizations uuid[], tasks uuid[]) RETURNS TABLE(organization_id uuid, background_task_id uuid, revision integer)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT t.organization_id, t.id, t.revision
    FROM unnest(organizations, tasks) AS w (organization_id, id)
    JOIN background_task t USING (organization_id, id)
$$;
REVOKE ALL ON FUNCTION background_task_revisions(organizations uuid[], tasks uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION background_task_revisions(organizations uuid[], tasks uuid[]) TO rollbook_app;


CREATE FUNCTION backlog(due_by timestamp with time zone) RETURNS TABLE(token_runs bigint, token_run_due_at timestamp with time zone, emails bigint, email_due_at timestamp with time zone, background_tasks bigint, background_task_waits_since timestamp with time zone, blocked_sessions bigint, oldest_transaction_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT
        (SELECT count(*) FROM (
            SELECT FROM token_run r WHERE r.state = 'ARMED' AND r.due_at <= due_by LIMIT 10000) due),
        (SELECT min(r.due_at) FROM token_run r WHERE r.state = 'ARMED' AND r.due_at <= due_by),
        (SELECT count(*) FROM (
            SELECT FROM email e WHERE e.state IN ('QUEUED', 'SENDING') AND e.due_at <= due_by LIMIT 10000) due),
        (SELECT min(e.due_at) FROM email e WHERE e.state IN ('QUEUED', 'SENDING') AND e.due_at <= due_by),
        (SELECT count(*) FROM background_task_lease),
        (SELECT min(l.lease_until) FROM background_task_lease l WHERE l.lease_until <= clock_timestamp()),
        (SELECT count(*) FROM pg_stat_activity a
         WHERE a.datname = current_database() AND a.wait_event_type = 'Lock'),
        (SELECT min(a.xact_start) FROM pg_stat_activity a
         WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND a.pid <> pg_backend_pid())
$$;
REVOKE ALL ON FUNCTION backlog(due_by timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION backlog(due_by timestamp with time zone) TO rollbook_app;


CREATE FUNCTION count_access_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$ BEGIN
    INSERT INTO access_epoch (organization_id, epoch) VALUES (coalesce(NEW.organization_id, OLD.organization_id), 1)
    ON CONFLICT (organization_id) DO UPDATE SET epoch = access_epoch.epoch + 1;
    RETURN NULL;
END $$;


CREATE FUNCTION credentials_of(wanted_email text, wanted_kind text) RETURNS TABLE(organization_id uuid, organization_name text, person_id uuid, password_hash text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT p.organization_id, o.name, p.id, p.password_hash
    FROM person p JOIN organization o USING (organization_id)
    WHERE lower(p.email) = lower(wanted_email) AND p.kind = wanted_kind AND p.ended_at IS NULL
    ORDER BY o.name, p.organization_id
    LIMIT 20
$$;
REVOKE ALL ON FUNCTION credentials_of(wanted_email text, wanted_kind text) FROM PUBLIC;
GRANT ALL ON FUNCTION credentials_of(wanted_email text, wanted_kind text) TO rollbook_app;


CREATE FUNCTION due_background_tasks(at_most integer) RETURNS TABLE(organization_id uuid, background_task_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT l.organization_id, l.background_task_id
    FROM background_task_lease l
    WHERE l.lease_until <= clock_timestamp()
    ORDER BY l.lease_until
    LIMIT at_most
$$;
REVOKE ALL ON FUNCTION due_background_tasks(at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION due_background_tasks(at_most integer) TO rollbook_app;


CREATE FUNCTION due_emails(due_by timestamp with time zone, at_most integer) RETURNS TABLE(organization_id uuid, email_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT e.organization_id, e.id
    FROM email e
    WHERE e.state IN ('QUEUED', 'SENDING') AND e.due_at <= due_by
    ORDER BY e.due_at, e.id
    LIMIT at_most
$$;
REVOKE ALL ON FUNCTION due_emails(due_by timestamp with time zone, at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION due_emails(due_by timestamp with time zone, at_most integer) TO rollbook_app;


CREATE FUNCTION due_token_runs(due_by timestamp with time zone, at_most integer) RETURNS TABLE(organization_id uuid, timeslot_id uuid, held_on date, phase text, due_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT r.organization_id, r.timeslot_id, r.held_on, r.phase, r.due_at
    FROM token_run r
    WHERE r.state = 'ARMED' AND r.due_at <= due_by
    ORDER BY r.due_at
    LIMIT at_most
$$;
REVOKE ALL ON FUNCTION due_token_runs(due_by timestamp with time zone, at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION due_token_runs(due_by timestamp with time zone, at_most integer) TO rollbook_app;


CREATE FUNCTION end_links_to_old_address() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE account_link SET revoked_at = now()
    WHERE organization_id = NEW.organization_id AND person_id = NEW.id AND used_at IS NULL AND revoked_at IS NULL;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION end_links_to_old_address() FROM PUBLIC;


CREATE FUNCTION erase_texts_of_history(students uuid[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    UPDATE changed_entry c SET before_note = NULL, after_note = NULL
    WHERE c.organization_id = nullif(current_setting('rollbook.organization_id', true), '')::uuid
      AND c.student_id = ANY (students) AND coalesce(c.before_note, c.after_note) IS NOT NULL;
    UPDATE makeup_token_entry l SET facts = l.facts #- '{before,comment}' #- '{after,comment}'
    WHERE l.organization_id = nullif(current_setting('rollbook.organization_id', true), '')::uuid
      AND l.student_id = ANY (students) AND l.act = 'EDITED'
$$;
REVOKE ALL ON FUNCTION erase_texts_of_history(students uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION erase_texts_of_history(students uuid[]) TO rollbook_app;


CREATE FUNCTION feed_changes() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    own uuid;
    size bigint;
    taken bigint;
BEGIN
    FOR own, size IN SELECT organization_id, count(*) FROM fresh GROUP BY organization_id LOOP
        taken := feed_number(own);
        IF size > 2000 THEN
            INSERT INTO feed_item (organization_id, number, item) VALUES (own, taken, nextval('feed_numbers'));
        ELSE
            INSERT INTO feed_item (organization_id, number, item, timeslot_id, held_on, revision)
            SELECT own, taken, nextval('feed_numbers'), f.timeslot_id, f.held_on, f.revision
            FROM (SELECT timeslot_id, held_on, revision FROM fresh WHERE organization_id = own
                  ORDER BY timeslot_id, held_on, revision) f;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION feed_changes() FROM PUBLIC;


CREATE FUNCTION feed_is_ready() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    UPDATE feed SET fed_at = clock_timestamp()
    WHERE organization_id = NEW.organization_id AND number = NEW.number;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION feed_is_ready() FROM PUBLIC;


CREATE FUNCTION feed_number(own uuid) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    taken bigint := nullif(current_setting('rollbook.feed_number', true), '')::bigint;
BEGIN
    IF taken IS NULL THEN
        taken := nextval('feed_numbers');
        PERFORM set_config('rollbook.feed_number', taken::text, true);
    END IF;
    INSERT INTO feed (organization_id, number) VALUES (own, taken) ON CONFLICT DO NOTHING;
    RETURN taken;
END $$;
REVOKE ALL ON FUNCTION feed_number(own uuid) FROM PUBLIC;


CREATE FUNCTION feed_offers() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM feed_students(e.organization_id, array_agg(DISTINCT e.student_id))
    FROM enrollment e
    JOIN fresh f ON f.organization_id = e.organization_id AND f.enrollment_id = e.id
    WHERE e.id = ANY (ARRAY(SELECT n.enrollment_id FROM fresh n))
    GROUP BY e.organization_id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION feed_offers() FROM PUBLIC;


CREATE FUNCTION feed_positions(organizations uuid[]) RETURNS TABLE(organization_id uuid, "position" bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT p.organization_id, p.position FROM feed_position p WHERE p.organization_id = ANY (organizations)
$$;
REVOKE ALL ON FUNCTION feed_positions(organizations uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION feed_positions(organizations uuid[]) TO rollbook_app;


CREATE FUNCTION feed_students(own uuid, student_ids uuid[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    taken bigint := feed_number(own);
BEGIN
    IF cardinality(student_ids) > 2000 THEN
        INSERT INTO feed_item (organization_id, number, item) VALUES (own, taken, nextval('feed_numbers'));
    ELSE
        INSERT INTO feed_item (organization_id, number, item, student_id)
        SELECT own, taken, nextval('feed_numbers'), student_id FROM unnest(student_ids) AS student_id;
    END IF;
END $$;
REVOKE ALL ON FUNCTION feed_students(own uuid, student_ids uuid[]) FROM PUBLIC;


CREATE FUNCTION feed_takes_position() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    taken bigint;
BEGIN
    INSERT INTO feed_position AS p (organization_id, position) VALUES (NEW.organization_id, 1)
    ON CONFLICT (organization_id) DO UPDATE SET position = p.position + 1
    RETURNING p.position INTO taken;
    UPDATE feed SET position = taken WHERE organization_id = NEW.organization_id AND number = NEW.number;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION feed_takes_position() FROM PUBLIC;


CREATE FUNCTION feed_tokens() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM feed_students(organization_id, array_agg(DISTINCT student_id)) FROM fresh GROUP BY organization_id;
    ELSE
        PERFORM feed_students(f.organization_id, array_agg(DISTINCT f.student_id))
        FROM fresh f JOIN stale s ON s.organization_id = f.organization_id AND s.id = f.id
        WHERE f.* IS DISTINCT FROM s.*
        GROUP BY f.organization_id;
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION feed_tokens() FROM PUBLIC;


CREATE FUNCTION forget_account_links(older_than timestamp with time zone, at_most integer) RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH old AS (
        SELECT x.organization_id, x.id FROM account_link x
        WHERE x.expires_at < older_than ORDER BY x.expires_at LIMIT at_most FOR UPDATE SKIP LOCKED
    ), forgotten AS (
        DELETE FROM account_link x USING old WHERE (x.organization_id, x.id) = (old.organization_id, old.id)
        RETURNING 1
    )
    SELECT count(*)::integer FROM forgotten
$$;
REVOKE ALL ON FUNCTION forget_account_links(older_than timestamp with time zone, at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION forget_account_links(older_than timestamp with time zone, at_most integer) TO rollbook_app;


CREATE FUNCTION forget_answers(used_before timestamp with time zone, at_most integer) RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH old AS (
        SELECT k.organization_id, k.caller_id, k.key FROM idempotency_key k
        WHERE k.used_at < used_before ORDER BY k.used_at LIMIT at_most FOR UPDATE SKIP LOCKED
    ), forgotten AS (
        DELETE FROM idempotency_key k USING old
        WHERE (k.organization_id, k.caller_id, k.key) = (old.organization_id, old.caller_id, old.key)
        RETURNING 1
    )
    SELECT count(*)::integer FROM forgotten
$$;
REVOKE ALL ON FUNCTION forget_answers(used_before timestamp with time zone, at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION forget_answers(used_before timestamp with time zone, at_most integer) TO rollbook_app;


CREATE FUNCTION forget_emails(older_than timestamp with time zone, at_most integer) RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH old AS (
        SELECT x.organization_id, x.id FROM email x
        WHERE x.created_at < older_than AND x.state NOT IN ('QUEUED', 'SENDING') AND NOT x.is_withheld ORDER BY x.created_at LIMIT at_most FOR UPDATE SKIP LOCKED
    ), forgotten AS (
        DELETE FROM email x USING old WHERE (x.organization_id, x.id) = (old.organization_id, old.id)
        RETURNING 1
    )
    SELECT count(*)::integer FROM forgotten
$$;
REVOKE ALL ON FUNCTION forget_emails(older_than timestamp with time zone, at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION forget_emails(older_than timestamp with time zone, at_most integer) TO rollbook_app;


CREATE FUNCTION forget_feed(fed_before timestamp with time zone, at_most integer) RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH old AS (
        SELECT f.organization_id, f.number FROM feed f
        WHERE f.fed_at < fed_before ORDER BY f.fed_at LIMIT at_most FOR UPDATE SKIP LOCKED
    ), forgotten AS (
        DELETE FROM feed f USING old
        WHERE f.organization_id = old.organization_id AND f.number = old.number
        RETURNING 1
    )
    SELECT count(*)::integer FROM forgotten
$$;
REVOKE ALL ON FUNCTION forget_feed(fed_before timestamp with time zone, at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION forget_feed(fed_before timestamp with time zone, at_most integer) TO rollbook_app;


CREATE FUNCTION forget_former_blackout_schedule() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.former_blackout_schedule_id := NULL;
    NEW.blackout_schedule_from := NULL;
    RETURN NEW;
END $$;


CREATE FUNCTION forget_medical_reads(older_than timestamp with time zone, at_most integer) RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH old AS (
        SELECT x.organization_id, x.read_on, x.person_id, x.student_id FROM medical_read x
        WHERE x.read_on < (older_than AT TIME ZONE 'UTC')::date ORDER BY x.read_on LIMIT at_most FOR UPDATE SKIP LOCKED
    ), forgotten AS (
        DELETE FROM medical_read x USING old WHERE (x.organization_id, x.read_on, x.person_id, x.student_id) = (old.organization_id, old.read_on, old.person_id, old.student_id)
        RETURNING 1
    )
    SELECT count(*)::integer FROM forgotten
$$;
REVOKE ALL ON FUNCTION forget_medical_reads(older_than timestamp with time zone, at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION forget_medical_reads(older_than timestamp with time zone, at_most integer) TO rollbook_app;


CREATE FUNCTION forget_planned_end() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.ends_on := NULL;
    NEW.ends_at := NULL;
    RETURN NEW;
END $$;


CREATE FUNCTION forget_planned_zone() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.next_zone := NULL;
    NEW.next_zone_on := NULL;
    RETURN NEW;
END $$;


CREATE FUNCTION forget_security_events(older_than timestamp with time zone, at_most integer) RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH old AS (
        SELECT x.organization_id, x.id FROM security_event x
        WHERE x.first_at < older_than ORDER BY x.first_at LIMIT at_most FOR UPDATE SKIP LOCKED
    ), forgotten AS (
        DELETE FROM security_event x USING old WHERE (x.organization_id, x.id) = (old.organization_id, old.id)
        RETURNING 1
    )
    SELECT count(*)::integer FROM forgotten
$$;
REVOKE ALL ON FUNCTION forget_security_events(older_than timestamp with time zone, at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION forget_security_events(older_than timestamp with time zone, at_most integer) TO rollbook_app;


CREATE FUNCTION forget_sign_ins(older_than timestamp with time zone, at_most integer) RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    WITH old AS (
        SELECT x.organization_id, x.id FROM sign_in x
        WHERE x.expires_at < older_than ORDER BY x.expires_at LIMIT at_most FOR UPDATE SKIP LOCKED
    ), forgotten AS (
        DELETE FROM sign_in x USING old WHERE (x.organization_id, x.id) = (old.organization_id, old.id)
        RETURNING 1
    )
    SELECT count(*)::integer FROM forgotten
$$;
REVOKE ALL ON FUNCTION forget_sign_ins(older_than timestamp with time zone, at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION forget_sign_ins(older_than timestamp with time zone, at_most integer) TO rollbook_app;


CREATE FUNCTION history_id() RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    place text;
BEGIN
    BEGIN
        SELECT concat_ws('/', s.system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8))
        INTO place FROM pg_control_system() s;
    EXCEPTION WHEN insufficient_privilege OR object_not_in_prerequisite_state THEN
        place := '';
    END;
    RETURN (
        SELECT left(md5(concat_ws('/', v.history, place, d.oid)), 16)
        FROM alembic_version v, pg_database d WHERE d.datname = current_database()
    );
END $$;


CREATE FUNCTION lines_to_offer(asked_at timestamp with time zone) RETURNS TABLE(organization_id uuid, offering_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT DISTINCT e.organization_id, e.offering_id
    FROM settings s
    JOIN enrollment e ON e.organization_id = s.organization_id
    JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id
    WHERE s.place_offer_hours IS NOT NULL AND e.type = 'WAITLIST' AND e.deleted_at IS NULL
      AND (e.drop_on IS NULL OR e.drop_on > (asked_at AT TIME ZONE 'UTC')::date - 1) AND o.deleted_at IS NULL
      AND NOT EXISTS (SELECT FROM place_offer p WHERE p.organization_id = e.organization_id
                      AND p.enrollment_id = e.id AND p.state IN ('OPEN', 'WITHDRAWN'))
$$;
REVOKE ALL ON FUNCTION lines_to_offer(asked_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION lines_to_offer(asked_at timestamp with time zone) TO rollbook_app;


CREATE FUNCTION locations_behind(asked_at timestamp with time zone) RETURNS TABLE(organization_id uuid, location_id uuid, time_zone text, settled_through_on date)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT l.organization_id, l.id, l.time_zone, l.settled_through_on
    FROM location l
    WHERE l.deleted_at IS NULL AND (l.settled_through_on IS NULL OR l.settled_through_on
        < (asked_at AT TIME ZONE 'UTC' + interval '14 hours 1 minute')::date - 1)
    ORDER BY l.settled_through_on NULLS FIRST, l.id
$$;
REVOKE ALL ON FUNCTION locations_behind(asked_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION locations_behind(asked_at timestamp with time zone) TO rollbook_app;


CREATE FUNCTION move_history(from_student uuid, into_student uuid, timeslots uuid[], dates date[], staying uuid[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    UPDATE changed_entry c SET student_id = into_student
    WHERE c.organization_id = nullif(current_setting('rollbook.organization_id', true), '')::uuid
      AND c.student_id = from_student
      AND NOT EXISTS (SELECT FROM unnest(timeslots, dates) AS k (timeslot_id, held_on)
                      WHERE k.timeslot_id = c.timeslot_id AND k.held_on = c.held_on);
    UPDATE makeup_token_entry l SET student_id = into_student
    WHERE l.organization_id = nullif(current_setting('rollbook.organization_id', true), '')::uuid
      AND l.student_id = from_student
      AND CASE WHEN l.makeup_token_id IS NOT NULL THEN NOT l.makeup_token_id = ANY (staying)
               ELSE l.timeslot_id IS NULL
                    OR NOT EXISTS (SELECT FROM unnest(timeslots, dates) AS k (timeslot_id, held_on)
                                   WHERE k.timeslot_id = l.timeslot_id AND k.held_on = l.held_on) END
$$;
REVOKE ALL ON FUNCTION move_history(from_student uuid, into_student uuid, timeslots uuid[], dates date[], staying uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION move_history(from_student uuid, into_student uuid, timeslots uuid[], dates date[], staying uuid[]) TO rollbook_app;


CREATE FUNCTION offers_over(over_by timestamp with time zone) RETURNS TABLE(organization_id uuid, offering_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT DISTINCT p.organization_id, e.offering_id
    FROM place_offer p
    JOIN enrollment e ON e.organization_id = p.organization_id AND e.id = p.enrollment_id
    WHERE p.state = 'OPEN' AND p.holds_until <= over_by
$$;
REVOKE ALL ON FUNCTION offers_over(over_by timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION offers_over(over_by timestamp with time zone) TO rollbook_app;


CREATE FUNCTION old_background_tasks(cancelled_by timestamp with time zone, others_by timestamp with time zone, at_most integer) RETURNS TABLE(organization_id uuid, background_task_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT t.organization_id, t.id
    FROM background_task t
    WHERE t.ended_at <= CASE WHEN t.state <> 'CANCELLED' THEN others_by
        WHEN EXISTS (SELECT FROM email e WHERE e.organization_id = t.organization_id
                     AND e.background_task_id = t.id AND e.is_withheld) THEN others_by
        ELSE cancelled_by END
    ORDER BY t.ended_at
    LIMIT at_most
$$;
REVOKE ALL ON FUNCTION old_background_tasks(cancelled_by timestamp with time zone, others_by timestamp with time zone, at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION old_background_tasks(cancelled_by timestamp with time zone, others_by timestamp with time zone, at_most integer) TO rollbook_app;


CREATE FUNCTION phone_key(number text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $_$
    SELECT CASE WHEN length(d.digits) > 5 THEN right(d.digits, 5) END
    FROM regexp_replace(
        regexp_replace(
            translate(number, '٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹߀߁߂߃߄߅߆߇߈߉०१२३४५६७८९০১২৩৪৫৬৭৮৯੦੧੨੩੪੫੬੭੮੯૦૧૨૩૪૫૬૭૮૯୦୧୨୩୪୫୬୭୮୯௦௧௨௩௪௫௬௭௮௯౦౧౨౩౪౫౬౭౮౯೦೧೨೩೪೫೬೭೮೯൦൧൨൩൪൫൬൭൮൯෦෧෨෩෪෫෬෭෮෯๐๑๒๓๔๕๖๗๘๙໐໑໒໓໔໕໖໗໘໙༠༡༢༣༤༥༦༧༨༩၀၁၂၃၄၅၆၇၈၉႐႑႒႓႔႕႖႗႘႙០១២៣៤៥៦៧៨៩᠐᠑᠒᠓᠔᠕᠖᠗᠘᠙᥆᥇᥈᥉᥊᥋᥌᥍᥎᥏᧐᧑᧒᧓᧔᧕᧖᧗᧘᧙᪀᪁᪂᪃᪄᪅᪆᪇᪈᪉᪐᪑᪒᪓᪔᪕᪖᪗᪘᪙᭐᭑᭒᭓᭔᭕᭖᭗᭘᭙᮰᮱᮲᮳᮴᮵᮶᮷᮸᮹᱀᱁᱂᱃᱄᱅᱆᱇᱈᱉᱐᱑᱒᱓᱔᱕᱖᱗᱘᱙꘠꘡꘢꘣꘤꘥꘦꘧꘨꘩꣐꣑꣒꣓꣔꣕꣖꣗꣘꣙꤀꤁꤂꤃꤄꤅꤆꤇꤈꤉꧐꧑꧒꧓꧔꧕꧖꧗꧘꧙꧰꧱꧲꧳꧴꧵꧶꧷꧸꧹꩐꩑꩒꩓꩔꩕꩖꩗꩘꩙꯰꯱꯲꯳꯴꯵꯶꯷꯸꯹０１２３４５６７８９', '012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789'),
            '^(([^0-9]*[0-9]){6}[^A-Za-zÀ-ɏЀ-ӿｘ＃#;,]*)[A-Za-zÀ-ɏЀ-ӿｘ＃#;,].*$', '\1'
        ),
        '[^0-9]', '', 'g'
    ) AS d (digits)
$_$;


CREATE FUNCTION refuse_change_of_erased() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    RAISE EXCEPTION 'the % was erased meanwhile', TG_TABLE_NAME USING ERRCODE = 'serialization_failure';
END $$;


CREATE FUNCTION refuse_row_of_merged() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    PERFORM FROM fresh
    JOIN student s ON s.organization_id = fresh.organization_id AND s.id = fresh.student_id
    WHERE s.merged_into_id IS NOT NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'the student was merged meanwhile' USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN NULL;
END $$;


CREATE FUNCTION refuse_text_of_erased() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    IF TG_ARGV[0] = 'family' THEN
        PERFORM FROM family f
        WHERE f.organization_id = NEW.organization_id AND f.id = NEW.family_id AND f.erased_at IS NOT NULL;
    ELSE
        PERFORM FROM student s
        WHERE s.organization_id = NEW.organization_id AND s.id = NEW.student_id AND s.erased_at IS NOT NULL;
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION 'the % was erased meanwhile', TG_ARGV[0] USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN NULL;
END $$;


CREATE FUNCTION revisions_of(organizations uuid[], timeslots uuid[], dates date[]) RETURNS TABLE(organization_id uuid, timeslot_id uuid, held_on date, revision integer)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT w.organization_id, w.timeslot_id, w.held_on, o.revision
    FROM unnest(organizations, timeslots, dates) AS w (organization_id, timeslot_id, held_on)
    JOIN occurrence o USING (organization_id, timeslot_id, held_on)
$$;
REVOKE ALL ON FUNCTION revisions_of(organizations uuid[], timeslots uuid[], dates date[]) FROM PUBLIC;
GRANT ALL ON FUNCTION revisions_of(organizations uuid[], timeslots uuid[], dates date[]) TO rollbook_app;


CREATE FUNCTION staff_to_end(due_by timestamp with time zone) RETURNS TABLE(organization_id uuid, person_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT p.organization_id, p.id FROM person p WHERE p.ends_at <= due_by AND p.ended_at IS NULL
$$;
REVOKE ALL ON FUNCTION staff_to_end(due_by timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION staff_to_end(due_by timestamp with time zone) TO rollbook_app;


CREATE FUNCTION zones_to_change(due_by timestamp with time zone) RETURNS TABLE(organization_id uuid, location_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
    SELECT l.organization_id, l.id FROM location l
    WHERE l.next_zone_on <= least((due_by AT TIME ZONE l.time_zone)::date, (due_by AT TIME ZONE l.next_zone)::date)
$$;
REVOKE ALL ON FUNCTION zones_to_change(due_by timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION zones_to_change(due_by timestamp with time zone) TO rollbook_app;
