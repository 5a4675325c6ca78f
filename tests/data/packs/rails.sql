-- Rails 8 (authentication generator, Active Storage, Action Text, Action Mailbox, Solid Queue, Cache and Cable), Devise 4.9 with all its modules, devise-two-factor and devise_invitable, PaperTrail 16, Audited 5, Doorkeeper 5, Ahoy 5, Delayed Job and GoodJob.
-- The names and types are the schema's, written anew. A column with a word behind it is personal or a secret; the test
-- holds the pack to that. Every such column has values that a search finds again.

CREATE TABLE public.members (
    id bigint PRIMARY KEY,
    email varchar NOT NULL UNIQUE,  -- email
    encrypted_password varchar NOT NULL,  -- pw
    reset_password_token varchar UNIQUE,  -- key
    reset_password_sent_at timestamp,
    remember_created_at timestamp,
    remember_token varchar,  -- secret
    sign_in_count integer NOT NULL,
    current_sign_in_at timestamp,
    last_sign_in_at timestamp,
    current_sign_in_ip varchar,  -- ip
    last_sign_in_ip varchar,  -- ip
    confirmation_token varchar UNIQUE,  -- key
    confirmed_at timestamp,
    confirmation_sent_at timestamp,
    unconfirmed_email varchar,  -- email
    failed_attempts integer NOT NULL,
    unlock_token varchar UNIQUE,  -- key
    locked_at timestamp,
    otp_secret varchar,  -- secret
    consumed_timestep integer,
    otp_required_for_login boolean,
    otp_backup_codes text[],  -- secret
    invitation_token varchar UNIQUE,  -- key
    invitation_created_at timestamp,
    invitation_sent_at timestamp,
    invitation_accepted_at timestamp,
    invitation_limit integer,
    invited_by_type varchar,
    invited_by_id bigint,
    invitations_count integer,
    provider varchar,
    uid varchar,  -- uid
    username varchar,  -- user
    name varchar,  -- full
    first_name varchar,  -- first
    last_name varchar,  -- last
    phone varchar,  -- phone
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL
);
INSERT INTO public.members (id, email, encrypted_password, reset_password_token, reset_password_sent_at, remember_created_at, remember_token, sign_in_count, current_sign_in_at, last_sign_in_at, current_sign_in_ip, last_sign_in_ip, confirmation_token, confirmed_at, confirmation_sent_at, unconfirmed_email, failed_attempts, unlock_token, locked_at, otp_secret, consumed_timestep, otp_required_for_login, otp_backup_codes, invitation_token, invitation_created_at, invitation_sent_at, invitation_accepted_at, invitation_limit, invited_by_type, invited_by_id, invitations_count, provider, uid, username, name, first_name, last_name, phone, created_at, updated_at) VALUES
    (1, 'cn000001q@canary.test', 'cn000002q', 'cn000003q', '2024-01-01 10:00:00', '2024-01-01 10:00:00', 'cn000004q', 1, '2024-01-01 10:00:00', '2024-01-01 10:00:00', '10.77.1.6', '10.77.1.7', 'cn000007q', '2024-01-01 10:00:00', '2024-01-01 10:00:00', 'cn000008q@canary.test', 1, 'cn000009q', '2024-01-01 10:00:00', 'cn000010q', 1, true, '{cn000011q}', 'cn000012q', '2024-01-01 10:00:00', '2024-01-01 10:00:00', '2024-01-01 10:00:00', 1, 'kept1', 1, 1, 'kept1', 'cn000013q', 'cn000014q', 'cn000015q', 'cn000016q', 'cn000017q', '+99977000018', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 'cn000019q@canary.test', 'cn000020q', 'cn000021q', '2024-02-01 10:00:00', '2024-02-01 10:00:00', 'cn000022q', 2, '2024-02-01 10:00:00', '2024-02-01 10:00:00', '10.77.1.24', '10.77.1.25', 'cn000025q', '2024-02-01 10:00:00', '2024-02-01 10:00:00', 'cn000026q@canary.test', 2, 'cn000027q', '2024-02-01 10:00:00', 'cn000028q', 2, false, '{cn000029q}', 'cn000030q', '2024-02-01 10:00:00', '2024-02-01 10:00:00', '2024-02-01 10:00:00', 2, 'kept2', 2, 2, 'kept2', 'cn000031q', 'cn000032q', 'cn000033q', 'cn000034q', 'cn000035q', '+99977000036', '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.users (
    id bigint PRIMARY KEY,
    email_address varchar NOT NULL UNIQUE,  -- email
    password_digest varchar NOT NULL,  -- pw
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL
);
INSERT INTO public.users (id, email_address, password_digest, created_at, updated_at) VALUES
    (1, 'cn000037q@canary.test', 'cn000038q', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 'cn000039q@canary.test', 'cn000040q', '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.sessions (
    id bigint PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES public.users (id),
    ip_address varchar,  -- ip
    user_agent varchar,  -- agent
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL,
    session_id varchar,  -- key
    data text  -- payload
);
INSERT INTO public.sessions (id, user_id, ip_address, user_agent, created_at, updated_at, session_id, data) VALUES
    (1, 1, '10.77.1.42', 'cn000042q', '2024-01-01 10:00:00', '2024-01-01 10:00:00', 'cn000043q', 'cn000044q'),
    (2, 2, '10.77.1.46', 'cn000046q', '2024-02-01 10:00:00', '2024-02-01 10:00:00', 'cn000047q', 'cn000048q');

CREATE TABLE public.active_storage_blobs (
    id bigint PRIMARY KEY,
    key varchar NOT NULL UNIQUE,  -- key
    filename varchar NOT NULL,  -- file
    content_type varchar,
    metadata text,
    service_name varchar NOT NULL,
    byte_size bigint NOT NULL,
    checksum varchar,  -- secret
    created_at timestamp NOT NULL
);
INSERT INTO public.active_storage_blobs (id, key, filename, content_type, metadata, service_name, byte_size, checksum, created_at) VALUES
    (1, 'cn000049q', 'people/cn000050q.pdf', 'kept1', 'kept1', 'kept1', 1, 'cn000051q', '2024-01-01 10:00:00'),
    (2, 'cn000052q', 'people/cn000053q.pdf', 'kept2', 'kept2', 'kept2', 2, 'cn000054q', '2024-02-01 10:00:00');

CREATE TABLE public.active_storage_attachments (
    id bigint PRIMARY KEY,
    name varchar NOT NULL,
    record_type varchar NOT NULL,
    record_id bigint NOT NULL,
    blob_id bigint NOT NULL REFERENCES public.active_storage_blobs (id),
    created_at timestamp NOT NULL
);
INSERT INTO public.active_storage_attachments (id, name, record_type, record_id, blob_id, created_at) VALUES
    (1, 'kept1', 'kept1', 1, 1, '2024-01-01 10:00:00'),
    (2, 'kept2', 'kept2', 2, 2, '2024-02-01 10:00:00');

CREATE TABLE public.active_storage_variant_records (
    id bigint PRIMARY KEY,
    blob_id bigint NOT NULL REFERENCES public.active_storage_blobs (id),
    variation_digest varchar NOT NULL
);
INSERT INTO public.active_storage_variant_records (id, blob_id, variation_digest) VALUES
    (1, 1, 'kept1'),
    (2, 2, 'kept2');

CREATE TABLE public.action_text_rich_texts (
    id bigint PRIMARY KEY,
    name varchar NOT NULL,
    body text,  -- free
    record_type varchar NOT NULL,
    record_id bigint NOT NULL,
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL
);
INSERT INTO public.action_text_rich_texts (id, name, body, record_type, record_id, created_at, updated_at) VALUES
    (1, 'kept1', 'a note about cn000055q and more', 'kept1', 1, '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 'kept2', 'a note about cn000056q and more', 'kept2', 2, '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.action_mailbox_inbound_emails (
    id bigint PRIMARY KEY,
    status integer NOT NULL,
    message_id varchar NOT NULL,  -- key
    message_checksum varchar NOT NULL,  -- key
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL,
    UNIQUE (message_id, message_checksum)
);
INSERT INTO public.action_mailbox_inbound_emails (id, status, message_id, message_checksum, created_at, updated_at) VALUES
    (1, 1, 'cn000057q', 'cn000058q', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 2, 'cn000059q', 'cn000060q', '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.versions (
    id bigint PRIMARY KEY,
    whodunnit varchar,  -- uid
    item_type varchar NOT NULL,
    item_id bigint NOT NULL,
    event varchar NOT NULL,
    object text,  -- payload
    object_changes text,  -- payload
    created_at timestamp
);
INSERT INTO public.versions (id, whodunnit, item_type, item_id, event, object, object_changes, created_at) VALUES
    (1, 'cn000061q', 'kept1', 1, 'kept1', 'cn000062q', 'cn000063q', '2024-01-01 10:00:00'),
    (2, 'cn000064q', 'kept2', 2, 'kept2', 'cn000065q', 'cn000066q', '2024-02-01 10:00:00');

CREATE TABLE public.audits (
    id bigint PRIMARY KEY,
    auditable_id bigint,
    auditable_type varchar,
    associated_id bigint,
    associated_type varchar,
    user_id bigint,
    user_type varchar,
    username varchar,  -- user
    action varchar,
    audited_changes text,  -- payload
    version integer,
    comment varchar,  -- free
    remote_address varchar,  -- ip
    request_uuid varchar,
    created_at timestamp
);
INSERT INTO public.audits (id, auditable_id, auditable_type, associated_id, associated_type, user_id, user_type, username, action, audited_changes, version, comment, remote_address, request_uuid, created_at) VALUES
    (1, 1, 'kept1', 1, 'kept1', 1, 'kept1', 'cn000067q', 'kept1', 'cn000068q', 1, 'a note about cn000069q and more', '10.77.1.71', 'kept1', '2024-01-01 10:00:00'),
    (2, 2, 'kept2', 2, 'kept2', 2, 'kept2', 'cn000071q', 'kept2', 'cn000072q', 2, 'a note about cn000073q and more', '10.77.1.75', 'kept2', '2024-02-01 10:00:00');

CREATE TABLE public.oauth_applications (
    id bigint PRIMARY KEY,
    name varchar NOT NULL,
    uid varchar NOT NULL UNIQUE,
    secret varchar NOT NULL,  -- secret
    redirect_uri text,
    scopes varchar NOT NULL,
    confidential boolean NOT NULL,
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL
);
INSERT INTO public.oauth_applications (id, name, uid, secret, redirect_uri, scopes, confidential, created_at, updated_at) VALUES
    (1, 'kept1', 'kept1', 'cn000075q', 'kept1', 'kept1', true, '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 'kept2', 'kept2', 'cn000076q', 'kept2', 'kept2', false, '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.oauth_access_grants (
    id bigint PRIMARY KEY,
    resource_owner_id bigint NOT NULL,
    application_id bigint NOT NULL REFERENCES public.oauth_applications (id),
    token varchar NOT NULL UNIQUE,  -- key
    expires_in integer NOT NULL,
    redirect_uri text NOT NULL,
    scopes varchar NOT NULL,
    created_at timestamp NOT NULL,
    revoked_at timestamp,
    code_challenge varchar,  -- secret
    code_challenge_method varchar
);
INSERT INTO public.oauth_access_grants (id, resource_owner_id, application_id, token, expires_in, redirect_uri, scopes, created_at, revoked_at, code_challenge, code_challenge_method) VALUES
    (1, 1, 1, 'cn000077q', 1, 'kept1', 'kept1', '2024-01-01 10:00:00', '2024-01-01 10:00:00', 'cn000078q', 'kept1'),
    (2, 2, 2, 'cn000079q', 2, 'kept2', 'kept2', '2024-02-01 10:00:00', '2024-02-01 10:00:00', 'cn000080q', 'kept2');

CREATE TABLE public.oauth_access_tokens (
    id bigint PRIMARY KEY,
    resource_owner_id bigint,
    application_id bigint REFERENCES public.oauth_applications (id),
    token varchar NOT NULL UNIQUE,  -- key
    refresh_token varchar UNIQUE,  -- key
    expires_in integer,
    scopes varchar,
    created_at timestamp NOT NULL,
    revoked_at timestamp,
    previous_refresh_token varchar NOT NULL  -- key
);
INSERT INTO public.oauth_access_tokens (id, resource_owner_id, application_id, token, refresh_token, expires_in, scopes, created_at, revoked_at, previous_refresh_token) VALUES
    (1, 1, 1, 'cn000081q', 'cn000082q', 1, 'kept1', '2024-01-01 10:00:00', '2024-01-01 10:00:00', 'cn000083q'),
    (2, 2, 2, 'cn000084q', 'cn000085q', 2, 'kept2', '2024-02-01 10:00:00', '2024-02-01 10:00:00', 'cn000086q');

CREATE TABLE public.ahoy_visits (
    id bigint PRIMARY KEY,
    visit_token varchar UNIQUE,  -- key
    visitor_token varchar,  -- key
    user_id bigint,
    ip varchar,  -- ip
    user_agent text,  -- agent
    referrer text,  -- url
    referring_domain varchar,
    landing_page text,  -- url
    browser varchar,
    os varchar,
    device_type varchar,
    country varchar,
    region varchar,  -- region
    city varchar,  -- city
    latitude double precision,  -- geo
    longitude double precision,  -- geo
    utm_source varchar,
    utm_medium varchar,
    utm_term varchar,
    utm_content varchar,
    utm_campaign varchar,
    app_version varchar,
    os_version varchar,
    platform varchar,
    started_at timestamp
);
INSERT INTO public.ahoy_visits (id, visit_token, visitor_token, user_id, ip, user_agent, referrer, referring_domain, landing_page, browser, os, device_type, country, region, city, latitude, longitude, utm_source, utm_medium, utm_term, utm_content, utm_campaign, app_version, os_version, platform, started_at) VALUES
    (1, 'cn000087q', 'cn000088q', 1, '10.77.1.90', 'cn000090q', 'https://cn000091q.canary.test/cn000091q', 'kept1', 'https://cn000092q.canary.test/cn000092q', 'kept1', 'kept1', 'kept1', 'kept1', 'cn000093q', 'cn000094q', 41.770095, 41.770096, 'kept1', 'kept1', 'kept1', 'kept1', 'kept1', 'kept1', 'kept1', 'kept1', '2024-01-01 10:00:00'),
    (2, 'cn000097q', 'cn000098q', 2, '10.77.1.100', 'cn000100q', 'https://cn000101q.canary.test/cn000101q', 'kept2', 'https://cn000102q.canary.test/cn000102q', 'kept2', 'kept2', 'kept2', 'kept2', 'cn000103q', 'cn000104q', 41.770105, 41.770106, 'kept2', 'kept2', 'kept2', 'kept2', 'kept2', 'kept2', 'kept2', 'kept2', '2024-02-01 10:00:00');

CREATE TABLE public.ahoy_events (
    id bigint PRIMARY KEY,
    visit_id bigint,
    user_id bigint,
    name varchar,
    properties jsonb,  -- doc
    time timestamp
);
INSERT INTO public.ahoy_events (id, visit_id, user_id, name, properties, time) VALUES
    (1, 1, 1, 'kept1', '{"email": "cn000107q@canary.test", "number": 1}', '2024-01-01 10:00:00'),
    (2, 2, 2, 'kept2', '{"email": "cn000108q@canary.test", "number": 1}', '2024-02-01 10:00:00');

CREATE TABLE public.delayed_jobs (
    id bigint PRIMARY KEY,
    priority integer NOT NULL,
    attempts integer NOT NULL,
    handler text NOT NULL,  -- payload
    last_error text,  -- payload
    run_at timestamp,
    locked_at timestamp,
    failed_at timestamp,
    locked_by varchar,
    queue varchar,
    created_at timestamp,
    updated_at timestamp
);
INSERT INTO public.delayed_jobs (id, priority, attempts, handler, last_error, run_at, locked_at, failed_at, locked_by, queue, created_at, updated_at) VALUES
    (1, 1, 1, 'cn000109q', 'cn000110q', '2024-01-01 10:00:00', '2024-01-01 10:00:00', '2024-01-01 10:00:00', 'kept1', 'kept1', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 2, 2, 'cn000111q', 'cn000112q', '2024-02-01 10:00:00', '2024-02-01 10:00:00', '2024-02-01 10:00:00', 'kept2', 'kept2', '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.good_jobs (
    id uuid PRIMARY KEY,
    queue_name text,
    priority integer,
    serialized_params jsonb,  -- payload
    scheduled_at timestamp,
    performed_at timestamp,
    finished_at timestamp,
    error text,  -- payload
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL,
    active_job_id uuid,
    concurrency_key text,  -- free
    cron_key text,
    retried_good_job_id uuid,
    cron_at timestamp,
    batch_id uuid,
    batch_callback_id uuid,
    is_discrete boolean,
    executions_count integer,
    job_class text,
    error_event smallint,
    labels text[],  -- secret
    locked_by_id uuid,
    locked_at timestamp
);
INSERT INTO public.good_jobs (id, queue_name, priority, serialized_params, scheduled_at, performed_at, finished_at, error, created_at, updated_at, active_job_id, concurrency_key, cron_key, retried_good_job_id, cron_at, batch_id, batch_callback_id, is_discrete, executions_count, job_class, error_event, labels, locked_by_id, locked_at) VALUES
    ('00000000-0000-4000-8000-000000000001', 'kept1', 1, '{"email": "cn000113q@canary.test", "number": 1}', '2024-01-01 10:00:00', '2024-01-01 10:00:00', '2024-01-01 10:00:00', 'cn000114q', '2024-01-01 10:00:00', '2024-01-01 10:00:00', '00000000-0000-4000-8000-000000000001', 'a note about cn000115q and more', 'kept1', '00000000-0000-4000-8000-000000000001', '2024-01-01 10:00:00', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', true, 1, 'kept1', 1, '{cn000116q}', '00000000-0000-4000-8000-000000000001', '2024-01-01 10:00:00'),
    ('00000000-0000-4000-8000-000000000002', 'kept2', 2, '{"email": "cn000117q@canary.test", "number": 1}', '2024-02-01 10:00:00', '2024-02-01 10:00:00', '2024-02-01 10:00:00', 'cn000118q', '2024-02-01 10:00:00', '2024-02-01 10:00:00', '00000000-0000-4000-8000-000000000002', 'a note about cn000119q and more', 'kept2', '00000000-0000-4000-8000-000000000002', '2024-02-01 10:00:00', '00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', false, 2, 'kept2', 2, '{cn000120q}', '00000000-0000-4000-8000-000000000002', '2024-02-01 10:00:00');

CREATE TABLE public.solid_queue_jobs (
    id bigint PRIMARY KEY,
    queue_name varchar NOT NULL,
    class_name varchar NOT NULL,
    arguments text,  -- payload
    priority integer NOT NULL,
    active_job_id varchar,
    scheduled_at timestamp,
    finished_at timestamp,
    concurrency_key varchar,  -- free
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL
);
INSERT INTO public.solid_queue_jobs (id, queue_name, class_name, arguments, priority, active_job_id, scheduled_at, finished_at, concurrency_key, created_at, updated_at) VALUES
    (1, 'kept1', 'kept1', 'cn000121q', 1, 'kept1', '2024-01-01 10:00:00', '2024-01-01 10:00:00', 'a note about cn000122q and more', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 'kept2', 'kept2', 'cn000123q', 2, 'kept2', '2024-02-01 10:00:00', '2024-02-01 10:00:00', 'a note about cn000124q and more', '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.solid_queue_failed_executions (
    id bigint PRIMARY KEY,
    job_id bigint NOT NULL REFERENCES public.solid_queue_jobs (id),
    error text,  -- payload
    created_at timestamp NOT NULL
);
INSERT INTO public.solid_queue_failed_executions (id, job_id, error, created_at) VALUES
    (1, 1, 'cn000125q', '2024-01-01 10:00:00'),
    (2, 2, 'cn000126q', '2024-02-01 10:00:00');

CREATE TABLE public.solid_queue_blocked_executions (
    id bigint PRIMARY KEY,
    job_id bigint NOT NULL REFERENCES public.solid_queue_jobs (id),
    queue_name varchar NOT NULL,
    priority integer NOT NULL,
    concurrency_key varchar NOT NULL,  -- free
    expires_at timestamp NOT NULL,
    created_at timestamp NOT NULL
);
INSERT INTO public.solid_queue_blocked_executions (id, job_id, queue_name, priority, concurrency_key, expires_at, created_at) VALUES
    (1, 1, 'kept1', 1, 'a note about cn000127q and more', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 2, 'kept2', 2, 'a note about cn000128q and more', '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.solid_queue_claimed_executions (
    id bigint PRIMARY KEY,
    job_id bigint NOT NULL REFERENCES public.solid_queue_jobs (id),
    process_id bigint,
    created_at timestamp NOT NULL
);
INSERT INTO public.solid_queue_claimed_executions (id, job_id, process_id, created_at) VALUES
    (1, 1, 1, '2024-01-01 10:00:00'),
    (2, 2, 2, '2024-02-01 10:00:00');

CREATE TABLE public.solid_queue_ready_executions (
    id bigint PRIMARY KEY,
    job_id bigint NOT NULL REFERENCES public.solid_queue_jobs (id),
    queue_name varchar NOT NULL,
    priority integer NOT NULL,
    created_at timestamp NOT NULL
);
INSERT INTO public.solid_queue_ready_executions (id, job_id, queue_name, priority, created_at) VALUES
    (1, 1, 'kept1', 1, '2024-01-01 10:00:00'),
    (2, 2, 'kept2', 2, '2024-02-01 10:00:00');

CREATE TABLE public.solid_queue_scheduled_executions (
    id bigint PRIMARY KEY,
    job_id bigint NOT NULL REFERENCES public.solid_queue_jobs (id),
    queue_name varchar NOT NULL,
    priority integer NOT NULL,
    scheduled_at timestamp NOT NULL,
    created_at timestamp NOT NULL
);
INSERT INTO public.solid_queue_scheduled_executions (id, job_id, queue_name, priority, scheduled_at, created_at) VALUES
    (1, 1, 'kept1', 1, '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 2, 'kept2', 2, '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.solid_queue_recurring_executions (
    id bigint PRIMARY KEY,
    job_id bigint NOT NULL REFERENCES public.solid_queue_jobs (id),
    task_key varchar NOT NULL,
    run_at timestamp NOT NULL,
    created_at timestamp NOT NULL
);
INSERT INTO public.solid_queue_recurring_executions (id, job_id, task_key, run_at, created_at) VALUES
    (1, 1, 'kept1', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 2, 'kept2', '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.solid_queue_recurring_tasks (
    id bigint PRIMARY KEY,
    key varchar NOT NULL UNIQUE,
    schedule varchar NOT NULL,
    command varchar,
    class_name varchar,
    arguments text,  -- payload
    queue_name varchar,
    priority integer,
    static boolean NOT NULL,
    description text,
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL
);
INSERT INTO public.solid_queue_recurring_tasks (id, key, schedule, command, class_name, arguments, queue_name, priority, static, description, created_at, updated_at) VALUES
    (1, 'kept1', 'kept1', 'kept1', 'kept1', 'cn000129q', 'kept1', 1, true, 'kept1', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 'kept2', 'kept2', 'kept2', 'kept2', 'cn000130q', 'kept2', 2, false, 'kept2', '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.solid_queue_pauses (
    id bigint PRIMARY KEY,
    queue_name varchar NOT NULL UNIQUE,
    created_at timestamp NOT NULL
);
INSERT INTO public.solid_queue_pauses (id, queue_name, created_at) VALUES
    (1, 'kept1', '2024-01-01 10:00:00'),
    (2, 'kept2', '2024-02-01 10:00:00');

CREATE TABLE public.solid_queue_processes (
    id bigint PRIMARY KEY,
    kind varchar NOT NULL,
    last_heartbeat_at timestamp NOT NULL,
    supervisor_id bigint,
    pid integer NOT NULL,
    hostname varchar,
    metadata text,
    created_at timestamp NOT NULL,
    name varchar NOT NULL
);
INSERT INTO public.solid_queue_processes (id, kind, last_heartbeat_at, supervisor_id, pid, hostname, metadata, created_at, name) VALUES
    (1, 'kept1', '2024-01-01 10:00:00', 1, 1, 'kept1', 'kept1', '2024-01-01 10:00:00', 'kept1'),
    (2, 'kept2', '2024-02-01 10:00:00', 2, 2, 'kept2', 'kept2', '2024-02-01 10:00:00', 'kept2');

CREATE TABLE public.solid_queue_semaphores (
    id bigint PRIMARY KEY,
    key varchar NOT NULL UNIQUE,  -- key
    value integer NOT NULL,
    expires_at timestamp NOT NULL,
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL
);
INSERT INTO public.solid_queue_semaphores (id, key, value, expires_at, created_at, updated_at) VALUES
    (1, 'cn000131q', 1, '2024-01-01 10:00:00', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 'cn000132q', 2, '2024-02-01 10:00:00', '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.solid_cache_entries (
    id bigint PRIMARY KEY,
    key bytea NOT NULL,  -- secret
    value bytea NOT NULL,  -- secret
    created_at timestamp NOT NULL,
    key_hash bigint NOT NULL UNIQUE,
    byte_size integer NOT NULL
);
INSERT INTO public.solid_cache_entries (id, key, value, created_at, key_hash, byte_size) VALUES
    (1, '\x636e30303031333371', '\x636e30303031333471', '2024-01-01 10:00:00', 1, 1),
    (2, '\x636e30303031333571', '\x636e30303031333671', '2024-02-01 10:00:00', 2, 2);

CREATE TABLE public.solid_cable_messages (
    id bigint PRIMARY KEY,
    channel bytea NOT NULL,  -- secret
    payload bytea NOT NULL,  -- secret
    created_at timestamp NOT NULL,
    channel_hash bigint NOT NULL
);
INSERT INTO public.solid_cable_messages (id, channel, payload, created_at, channel_hash) VALUES
    (1, '\x636e30303031333771', '\x636e30303031333871', '2024-01-01 10:00:00', 1),
    (2, '\x636e30303031333971', '\x636e30303031343071', '2024-02-01 10:00:00', 2);

CREATE TABLE public.schema_migrations (
    version varchar PRIMARY KEY
);
INSERT INTO public.schema_migrations (version) VALUES
    ('kept1'),
    ('kept2');

CREATE TABLE public.ar_internal_metadata (
    key varchar PRIMARY KEY,
    value varchar,
    created_at timestamp NOT NULL,
    updated_at timestamp NOT NULL
);
INSERT INTO public.ar_internal_metadata (key, value, created_at, updated_at) VALUES
    ('kept1', 'kept1', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    ('kept2', 'kept2', '2024-02-01 10:00:00', '2024-02-01 10:00:00');
