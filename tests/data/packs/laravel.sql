-- Laravel 12: the skeleton's migrations, Sanctum, Fortify and Jetstream, Passport 12, Cashier (Stripe), Telescope, notifications, and spatie/laravel-activitylog.
-- The names and types are the schema's, written anew. A column with a word behind it is personal or a secret; the test
-- holds the pack to that. Every such column has values that a search finds again.

CREATE TABLE public.users (
    id bigint PRIMARY KEY,
    name varchar(255) NOT NULL,  -- full
    email varchar(255) NOT NULL UNIQUE,  -- email
    email_verified_at timestamp,
    password varchar(255) NOT NULL,  -- pw
    two_factor_secret text,  -- secret
    two_factor_recovery_codes text,  -- secret
    two_factor_confirmed_at timestamp,
    remember_token varchar(100),  -- secret
    current_team_id bigint,
    profile_photo_path varchar(2048),  -- file
    stripe_id varchar(255),  -- uid
    pm_type varchar(255),
    pm_last_four varchar(4),  -- last4
    trial_ends_at timestamp,
    created_at timestamp,
    updated_at timestamp
);
INSERT INTO public.users (id, name, email, email_verified_at, password, two_factor_secret, two_factor_recovery_codes, two_factor_confirmed_at, remember_token, current_team_id, profile_photo_path, stripe_id, pm_type, pm_last_four, trial_ends_at, created_at, updated_at) VALUES
    (1, 'cn000001q', 'cn000002q@canary.test', '2024-01-01 10:00:00', 'cn000003q', 'cn000004q', 'cn000005q', '2024-01-01 10:00:00', 'cn000006q', 1, 'people/cn000007q.pdf', 'cn000008q', 'kept1', 'Zq7X', '2024-01-01 10:00:00', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 'cn000010q', 'cn000011q@canary.test', '2024-02-01 10:00:00', 'cn000012q', 'cn000013q', 'cn000014q', '2024-02-01 10:00:00', 'cn000015q', 2, 'people/cn000016q.pdf', 'cn000017q', 'kept2', 'Xq7Z', '2024-02-01 10:00:00', '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.password_reset_tokens (
    email varchar(255) PRIMARY KEY,  -- email
    token varchar(255) NOT NULL,  -- secret
    created_at timestamp
);
INSERT INTO public.password_reset_tokens (email, token, created_at) VALUES
    ('cn000019q@canary.test', 'cn000020q', '2024-01-01 10:00:00'),
    ('cn000021q@canary.test', 'cn000022q', '2024-02-01 10:00:00');

CREATE TABLE public.password_resets (
    email varchar(255) NOT NULL,  -- email
    token varchar(255) NOT NULL,  -- secret
    created_at timestamp
);
INSERT INTO public.password_resets (email, token, created_at) VALUES
    ('cn000023q@canary.test', 'cn000024q', '2024-01-01 10:00:00'),
    ('cn000025q@canary.test', 'cn000026q', '2024-02-01 10:00:00');

CREATE TABLE public.sessions (
    id varchar(255) PRIMARY KEY,  -- key
    user_id bigint,
    ip_address varchar(45),  -- ip
    user_agent text,  -- agent
    payload text NOT NULL,  -- payload
    last_activity integer NOT NULL
);
INSERT INTO public.sessions (id, user_id, ip_address, user_agent, payload, last_activity) VALUES
    ('cn000027q', 1, '10.77.1.29', 'cn000029q', 'cn000030q', 1),
    ('cn000031q', 2, '10.77.1.33', 'cn000033q', 'cn000034q', 2);

CREATE TABLE public.cache (
    key varchar(255) PRIMARY KEY,  -- key
    value text NOT NULL,  -- payload
    expiration integer NOT NULL
);
INSERT INTO public.cache (key, value, expiration) VALUES
    ('cn000035q', 'cn000036q', 1),
    ('cn000037q', 'cn000038q', 2);

CREATE TABLE public.cache_locks (
    key varchar(255) PRIMARY KEY,  -- key
    owner varchar(255) NOT NULL,  -- secret
    expiration integer NOT NULL
);
INSERT INTO public.cache_locks (key, owner, expiration) VALUES
    ('cn000039q', 'cn000040q', 1),
    ('cn000041q', 'cn000042q', 2);

CREATE TABLE public.jobs (
    id bigint PRIMARY KEY,
    queue varchar(255) NOT NULL,
    payload text NOT NULL,  -- payload
    attempts smallint NOT NULL,
    reserved_at integer,
    available_at integer NOT NULL,
    created_at integer NOT NULL
);
INSERT INTO public.jobs (id, queue, payload, attempts, reserved_at, available_at, created_at) VALUES
    (1, 'kept1', 'cn000043q', 1, 1, 1, 1),
    (2, 'kept2', 'cn000044q', 2, 2, 2, 2);

CREATE TABLE public.job_batches (
    id varchar(255) PRIMARY KEY,
    name varchar(255) NOT NULL,
    total_jobs integer NOT NULL,
    pending_jobs integer NOT NULL,
    failed_jobs integer NOT NULL,
    failed_job_ids text NOT NULL,
    options text,  -- payload
    cancelled_at integer,
    created_at integer NOT NULL,
    finished_at integer
);
INSERT INTO public.job_batches (id, name, total_jobs, pending_jobs, failed_jobs, failed_job_ids, options, cancelled_at, created_at, finished_at) VALUES
    ('kept1', 'kept1', 1, 1, 1, 'kept1', 'cn000045q', 1, 1, 1),
    ('kept2', 'kept2', 2, 2, 2, 'kept2', 'cn000046q', 2, 2, 2);

CREATE TABLE public.failed_jobs (
    id bigint PRIMARY KEY,
    uuid varchar(255) NOT NULL UNIQUE,
    connection text NOT NULL,
    queue text NOT NULL,
    payload text NOT NULL,  -- payload
    exception text NOT NULL,  -- payload
    failed_at timestamp NOT NULL
);
INSERT INTO public.failed_jobs (id, uuid, connection, queue, payload, exception, failed_at) VALUES
    (1, 'kept1', 'kept1', 'kept1', 'cn000047q', 'cn000048q', '2024-01-01 10:00:00'),
    (2, 'kept2', 'kept2', 'kept2', 'cn000049q', 'cn000050q', '2024-02-01 10:00:00');

CREATE TABLE public.migrations (
    id integer PRIMARY KEY,
    migration varchar(255) NOT NULL,
    batch integer NOT NULL
);
INSERT INTO public.migrations (id, migration, batch) VALUES
    (1, 'kept1', 1),
    (2, 'kept2', 2);

CREATE TABLE public.personal_access_tokens (
    id bigint PRIMARY KEY,
    tokenable_type varchar(255) NOT NULL,
    tokenable_id bigint NOT NULL,
    name varchar(255) NOT NULL,  -- free
    token varchar(64) NOT NULL UNIQUE,  -- key
    abilities text,
    last_used_at timestamp,
    expires_at timestamp,
    created_at timestamp,
    updated_at timestamp
);
INSERT INTO public.personal_access_tokens (id, tokenable_type, tokenable_id, name, token, abilities, last_used_at, expires_at, created_at, updated_at) VALUES
    (1, 'kept1', 1, 'a note about cn000051q and more', 'cn000052q', 'kept1', '2024-01-01 10:00:00', '2024-01-01 10:00:00', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 'kept2', 2, 'a note about cn000053q and more', 'cn000054q', 'kept2', '2024-02-01 10:00:00', '2024-02-01 10:00:00', '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.notifications (
    id uuid PRIMARY KEY,
    type varchar(255) NOT NULL,
    notifiable_type varchar(255) NOT NULL,
    notifiable_id bigint NOT NULL,
    data text NOT NULL,  -- payload
    read_at timestamp,
    created_at timestamp,
    updated_at timestamp
);
INSERT INTO public.notifications (id, type, notifiable_type, notifiable_id, data, read_at, created_at, updated_at) VALUES
    ('00000000-0000-4000-8000-000000000001', 'kept1', 'kept1', 1, 'cn000055q', '2024-01-01 10:00:00', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    ('00000000-0000-4000-8000-000000000002', 'kept2', 'kept2', 2, 'cn000056q', '2024-02-01 10:00:00', '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.oauth_access_tokens (
    id char(80) PRIMARY KEY,  -- key
    user_id bigint,
    client_id bigint NOT NULL,
    name varchar(255),  -- free
    scopes text,
    revoked boolean NOT NULL,
    created_at timestamp,
    updated_at timestamp,
    expires_at timestamp
);
INSERT INTO public.oauth_access_tokens (id, user_id, client_id, name, scopes, revoked, created_at, updated_at, expires_at) VALUES
    ('cn000057q', 1, 1, 'a note about cn000058q and more', 'kept1', true, '2024-01-01 10:00:00', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    ('cn000059q', 2, 2, 'a note about cn000060q and more', 'kept2', false, '2024-02-01 10:00:00', '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.oauth_auth_codes (
    id char(80) PRIMARY KEY,  -- key
    user_id bigint NOT NULL,
    client_id bigint NOT NULL,
    scopes text,
    revoked boolean NOT NULL,
    expires_at timestamp
);
INSERT INTO public.oauth_auth_codes (id, user_id, client_id, scopes, revoked, expires_at) VALUES
    ('cn000061q', 1, 1, 'kept1', true, '2024-01-01 10:00:00'),
    ('cn000062q', 2, 2, 'kept2', false, '2024-02-01 10:00:00');

CREATE TABLE public.oauth_refresh_tokens (
    id char(80) PRIMARY KEY,  -- key
    access_token_id char(80) NOT NULL,  -- key
    revoked boolean NOT NULL,
    expires_at timestamp
);
INSERT INTO public.oauth_refresh_tokens (id, access_token_id, revoked, expires_at) VALUES
    ('cn000063q', 'cn000064q', true, '2024-01-01 10:00:00'),
    ('cn000065q', 'cn000066q', false, '2024-02-01 10:00:00');

CREATE TABLE public.oauth_clients (
    id bigint PRIMARY KEY,
    user_id bigint,
    name varchar(255) NOT NULL,
    secret varchar(100),  -- secret
    provider varchar(255),
    redirect text NOT NULL,
    personal_access_client boolean NOT NULL,
    password_client boolean NOT NULL,
    revoked boolean NOT NULL,
    created_at timestamp,
    updated_at timestamp
);
INSERT INTO public.oauth_clients (id, user_id, name, secret, provider, redirect, personal_access_client, password_client, revoked, created_at, updated_at) VALUES
    (1, 1, 'kept1', 'cn000067q', 'kept1', 'kept1', true, true, true, '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 2, 'kept2', 'cn000068q', 'kept2', 'kept2', false, false, false, '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.teams (
    id bigint PRIMARY KEY,
    user_id bigint NOT NULL,
    name varchar(255) NOT NULL,  -- free
    personal_team boolean NOT NULL,
    created_at timestamp,
    updated_at timestamp
);
INSERT INTO public.teams (id, user_id, name, personal_team, created_at, updated_at) VALUES
    (1, 1, 'a note about cn000069q and more', true, '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 2, 'a note about cn000070q and more', false, '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.team_user (
    id bigint PRIMARY KEY,
    team_id bigint NOT NULL,
    user_id bigint NOT NULL,
    role varchar(255),
    created_at timestamp,
    updated_at timestamp
);
INSERT INTO public.team_user (id, team_id, user_id, role, created_at, updated_at) VALUES
    (1, 1, 1, 'kept1', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 2, 2, 'kept2', '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.team_invitations (
    id bigint PRIMARY KEY,
    team_id bigint NOT NULL,
    email varchar(255) NOT NULL,  -- email
    role varchar(255),
    created_at timestamp,
    updated_at timestamp
);
INSERT INTO public.team_invitations (id, team_id, email, role, created_at, updated_at) VALUES
    (1, 1, 'cn000071q@canary.test', 'kept1', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 2, 'cn000072q@canary.test', 'kept2', '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.subscriptions (
    id bigint PRIMARY KEY,
    user_id bigint NOT NULL,
    type varchar(255) NOT NULL,
    stripe_id varchar(255) NOT NULL UNIQUE,  -- uid
    stripe_status varchar(255) NOT NULL,
    stripe_price varchar(255),
    quantity integer,
    trial_ends_at timestamp,
    ends_at timestamp,
    created_at timestamp,
    updated_at timestamp
);
INSERT INTO public.subscriptions (id, user_id, type, stripe_id, stripe_status, stripe_price, quantity, trial_ends_at, ends_at, created_at, updated_at) VALUES
    (1, 1, 'kept1', 'cn000073q', 'kept1', 'kept1', 1, '2024-01-01 10:00:00', '2024-01-01 10:00:00', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 2, 'kept2', 'cn000074q', 'kept2', 'kept2', 2, '2024-02-01 10:00:00', '2024-02-01 10:00:00', '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.subscription_items (
    id bigint PRIMARY KEY,
    subscription_id bigint NOT NULL,
    stripe_id varchar(255) NOT NULL UNIQUE,  -- uid
    stripe_product varchar(255) NOT NULL,
    stripe_price varchar(255) NOT NULL,
    quantity integer,
    created_at timestamp,
    updated_at timestamp
);
INSERT INTO public.subscription_items (id, subscription_id, stripe_id, stripe_product, stripe_price, quantity, created_at, updated_at) VALUES
    (1, 1, 'cn000075q', 'kept1', 'kept1', 1, '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 2, 'cn000076q', 'kept2', 'kept2', 2, '2024-02-01 10:00:00', '2024-02-01 10:00:00');

CREATE TABLE public.telescope_entries (
    sequence bigint PRIMARY KEY,
    uuid uuid NOT NULL UNIQUE,
    batch_id uuid NOT NULL,
    family_hash varchar(255),
    should_display_on_index boolean NOT NULL,
    type varchar(20) NOT NULL,
    content text NOT NULL,  -- payload
    created_at timestamp
);
INSERT INTO public.telescope_entries (sequence, uuid, batch_id, family_hash, should_display_on_index, type, content, created_at) VALUES
    (1, '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'kept1', true, 'kept1', 'cn000077q', '2024-01-01 10:00:00'),
    (2, '00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', 'kept2', false, 'kept2', 'cn000078q', '2024-02-01 10:00:00');

CREATE TABLE public.telescope_entries_tags (
    entry_uuid uuid NOT NULL REFERENCES public.telescope_entries (uuid),
    tag varchar(255) NOT NULL  -- free
);
INSERT INTO public.telescope_entries_tags (entry_uuid, tag) VALUES
    ('00000000-0000-4000-8000-000000000001', 'a note about cn000079q and more'),
    ('00000000-0000-4000-8000-000000000002', 'a note about cn000080q and more');

CREATE TABLE public.telescope_monitoring (
    tag varchar(255) PRIMARY KEY  -- key
);
INSERT INTO public.telescope_monitoring (tag) VALUES
    ('cn000081q'),
    ('cn000082q');

CREATE TABLE public.activity_log (
    id bigint PRIMARY KEY,
    log_name varchar(255),
    description text NOT NULL,  -- free
    subject_type varchar(255),
    event varchar(255),
    subject_id bigint,
    causer_type varchar(255),
    causer_id bigint,
    properties json,  -- doc
    batch_uuid uuid,
    created_at timestamp,
    updated_at timestamp
);
INSERT INTO public.activity_log (id, log_name, description, subject_type, event, subject_id, causer_type, causer_id, properties, batch_uuid, created_at, updated_at) VALUES
    (1, 'kept1', 'a note about cn000083q and more', 'kept1', 'kept1', 1, 'kept1', 1, '{"email": "cn000084q@canary.test", "number": 1}', '00000000-0000-4000-8000-000000000001', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 'kept2', 'a note about cn000085q and more', 'kept2', 'kept2', 2, 'kept2', 2, '{"email": "cn000086q@canary.test", "number": 1}', '00000000-0000-4000-8000-000000000002', '2024-02-01 10:00:00', '2024-02-01 10:00:00');
