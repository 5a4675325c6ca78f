-- Django 5.2, django-allauth 65, django-otp 1.7 and the token of djangorestframework 3.18: what `manage.py migrate` makes on PostgreSQL.
-- The names and types are the schema's, written anew. A column with a word behind it is personal or a secret; the test
-- holds the pack to that. Every such column has values that a search finds again.

CREATE TABLE public.auth_user (
    id integer PRIMARY KEY,
    password varchar(128) NOT NULL,  -- pw
    last_login timestamptz,
    is_superuser boolean NOT NULL,
    username varchar(150) NOT NULL UNIQUE,  -- user
    first_name varchar(150) NOT NULL,  -- first
    last_name varchar(150) NOT NULL,  -- last
    email varchar(254) NOT NULL,  -- email
    is_staff boolean NOT NULL,
    is_active boolean NOT NULL,
    date_joined timestamptz NOT NULL
);
INSERT INTO public.auth_user (id, password, last_login, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined) VALUES
    (1, 'cn000001q', '2024-01-01 10:00:00+00', true, 'cn000002q', 'cn000003q', 'cn000004q', 'cn000005q@canary.test', true, true, '2024-01-01 10:00:00+00'),
    (2, 'cn000006q', '2024-02-01 10:00:00+00', false, 'cn000007q', 'cn000008q', 'cn000009q', 'cn000010q@canary.test', false, false, '2024-02-01 10:00:00+00');

CREATE TABLE public.auth_group (
    id integer PRIMARY KEY,
    name varchar(150) NOT NULL UNIQUE
);
INSERT INTO public.auth_group (id, name) VALUES
    (1, 'kept1'),
    (2, 'kept2');

CREATE TABLE public.auth_group_permissions (
    id bigint PRIMARY KEY,
    group_id integer NOT NULL REFERENCES public.auth_group (id),
    permission_id integer NOT NULL
);
INSERT INTO public.auth_group_permissions (id, group_id, permission_id) VALUES
    (1, 1, 1),
    (2, 2, 2);

CREATE TABLE public.auth_permission (
    id integer PRIMARY KEY,
    name varchar(255) NOT NULL,
    content_type_id integer NOT NULL,
    codename varchar(100) NOT NULL
);
INSERT INTO public.auth_permission (id, name, content_type_id, codename) VALUES
    (1, 'kept1', 1, 'kept1'),
    (2, 'kept2', 2, 'kept2');

CREATE TABLE public.auth_user_groups (
    id bigint PRIMARY KEY,
    user_id integer NOT NULL REFERENCES public.auth_user (id),
    group_id integer NOT NULL REFERENCES public.auth_group (id)
);
INSERT INTO public.auth_user_groups (id, user_id, group_id) VALUES
    (1, 1, 1),
    (2, 2, 2);

CREATE TABLE public.auth_user_user_permissions (
    id bigint PRIMARY KEY,
    user_id integer NOT NULL REFERENCES public.auth_user (id),
    permission_id integer NOT NULL
);
INSERT INTO public.auth_user_user_permissions (id, user_id, permission_id) VALUES
    (1, 1, 1),
    (2, 2, 2);

CREATE TABLE public.django_admin_log (
    id integer PRIMARY KEY,
    action_time timestamptz NOT NULL,
    object_id text,
    object_repr varchar(200) NOT NULL,  -- free
    action_flag smallint NOT NULL CHECK (action_flag >= 0),
    change_message text NOT NULL,  -- free
    content_type_id integer,
    user_id integer NOT NULL REFERENCES public.auth_user (id)
);
INSERT INTO public.django_admin_log (id, action_time, object_id, object_repr, action_flag, change_message, content_type_id, user_id) VALUES
    (1, '2024-01-01 10:00:00+00', 'kept1', 'a note about cn000011q and more', 1, 'a note about cn000012q and more', 1, 1),
    (2, '2024-02-01 10:00:00+00', 'kept2', 'a note about cn000013q and more', 2, 'a note about cn000014q and more', 2, 2);

CREATE TABLE public.django_content_type (
    id integer PRIMARY KEY,
    app_label varchar(100) NOT NULL,
    model varchar(100) NOT NULL
);
INSERT INTO public.django_content_type (id, app_label, model) VALUES
    (1, 'kept1', 'kept1'),
    (2, 'kept2', 'kept2');

CREATE TABLE public.django_migrations (
    id bigint PRIMARY KEY,
    app varchar(255) NOT NULL,
    name varchar(255) NOT NULL,
    applied timestamptz NOT NULL
);
INSERT INTO public.django_migrations (id, app, name, applied) VALUES
    (1, 'kept1', 'kept1', '2024-01-01 10:00:00+00'),
    (2, 'kept2', 'kept2', '2024-02-01 10:00:00+00');

CREATE TABLE public.django_session (
    session_key varchar(40) PRIMARY KEY,  -- key
    session_data text NOT NULL,  -- payload
    expire_date timestamptz NOT NULL
);
INSERT INTO public.django_session (session_key, session_data, expire_date) VALUES
    ('cn000015q', 'cn000016q', '2024-01-01 10:00:00+00'),
    ('cn000017q', 'cn000018q', '2024-02-01 10:00:00+00');

CREATE TABLE public.django_site (
    id integer PRIMARY KEY,
    domain varchar(100) NOT NULL UNIQUE,
    name varchar(50) NOT NULL
);
INSERT INTO public.django_site (id, domain, name) VALUES
    (1, 'kept1', 'kept1'),
    (2, 'kept2', 'kept2');

CREATE TABLE public.django_redirect (
    id integer PRIMARY KEY,
    site_id integer NOT NULL REFERENCES public.django_site (id),
    old_path varchar(200) NOT NULL,
    new_path varchar(200) NOT NULL
);
INSERT INTO public.django_redirect (id, site_id, old_path, new_path) VALUES
    (1, 1, 'kept1', 'kept1'),
    (2, 2, 'kept2', 'kept2');

CREATE TABLE public.django_flatpage (
    id integer PRIMARY KEY,
    url varchar(100) NOT NULL,
    title varchar(200) NOT NULL,
    content text NOT NULL,
    enable_comments boolean NOT NULL,
    template_name varchar(70) NOT NULL,
    registration_required boolean NOT NULL
);
INSERT INTO public.django_flatpage (id, url, title, content, enable_comments, template_name, registration_required) VALUES
    (1, 'kept1', 'kept1', 'kept1', true, 'kept1', true),
    (2, 'kept2', 'kept2', 'kept2', false, 'kept2', false);

CREATE TABLE public.django_flatpage_sites (
    id bigint PRIMARY KEY,
    flatpage_id integer NOT NULL REFERENCES public.django_flatpage (id),
    site_id integer NOT NULL REFERENCES public.django_site (id)
);
INSERT INTO public.django_flatpage_sites (id, flatpage_id, site_id) VALUES
    (1, 1, 1),
    (2, 2, 2);

CREATE TABLE public.account_emailaddress (
    id integer PRIMARY KEY,
    email varchar(254) NOT NULL,  -- email
    verified boolean NOT NULL,
    "primary" boolean NOT NULL,
    user_id integer NOT NULL REFERENCES public.auth_user (id),
    UNIQUE (user_id, email)
);
INSERT INTO public.account_emailaddress (id, email, verified, "primary", user_id) VALUES
    (1, 'cn000019q@canary.test', true, true, 1),
    (2, 'cn000020q@canary.test', false, false, 2);

CREATE TABLE public.account_emailconfirmation (
    id integer PRIMARY KEY,
    created timestamptz NOT NULL,
    sent timestamptz,
    key varchar(64) NOT NULL UNIQUE,  -- key
    email_address_id integer NOT NULL REFERENCES public.account_emailaddress (id)
);
INSERT INTO public.account_emailconfirmation (id, created, sent, key, email_address_id) VALUES
    (1, '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', 'cn000021q', 1),
    (2, '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', 'cn000022q', 2);

CREATE TABLE public.socialaccount_socialaccount (
    id integer PRIMARY KEY,
    provider varchar(200) NOT NULL,
    uid varchar(191) NOT NULL,  -- uid
    last_login timestamptz NOT NULL,
    date_joined timestamptz NOT NULL,
    extra_data jsonb NOT NULL,  -- doc
    user_id integer NOT NULL REFERENCES public.auth_user (id),
    UNIQUE (provider, uid)
);
INSERT INTO public.socialaccount_socialaccount (id, provider, uid, last_login, date_joined, extra_data, user_id) VALUES
    (1, 'kept1', 'cn000023q', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', '{"email": "cn000024q@canary.test", "number": 1}', 1),
    (2, 'kept2', 'cn000025q', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', '{"email": "cn000026q@canary.test", "number": 1}', 2);

CREATE TABLE public.socialaccount_socialapp (
    id integer PRIMARY KEY,
    provider varchar(30) NOT NULL,
    name varchar(40) NOT NULL,
    client_id varchar(191) NOT NULL,
    secret varchar(191) NOT NULL,  -- secret
    key varchar(191) NOT NULL,  -- secret
    provider_id varchar(200) NOT NULL,
    settings jsonb NOT NULL  -- secretdoc
);
INSERT INTO public.socialaccount_socialapp (id, provider, name, client_id, secret, key, provider_id, settings) VALUES
    (1, 'kept1', 'kept1', 'kept1', 'cn000027q', 'cn000028q', 'kept1', '{"email": "cn000029q@canary.test", "number": 1}'),
    (2, 'kept2', 'kept2', 'kept2', 'cn000030q', 'cn000031q', 'kept2', '{"email": "cn000032q@canary.test", "number": 1}');

CREATE TABLE public.socialaccount_socialapp_sites (
    id bigint PRIMARY KEY,
    socialapp_id integer NOT NULL REFERENCES public.socialaccount_socialapp (id),
    site_id integer NOT NULL REFERENCES public.django_site (id)
);
INSERT INTO public.socialaccount_socialapp_sites (id, socialapp_id, site_id) VALUES
    (1, 1, 1),
    (2, 2, 2);

CREATE TABLE public.socialaccount_socialtoken (
    id integer PRIMARY KEY,
    token text NOT NULL,  -- secret
    token_secret text NOT NULL,  -- secret
    expires_at timestamptz,
    account_id integer NOT NULL REFERENCES public.socialaccount_socialaccount (id),
    app_id integer REFERENCES public.socialaccount_socialapp (id)
);
INSERT INTO public.socialaccount_socialtoken (id, token, token_secret, expires_at, account_id, app_id) VALUES
    (1, 'cn000033q', 'cn000034q', '2024-01-01 10:00:00+00', 1, 1),
    (2, 'cn000035q', 'cn000036q', '2024-02-01 10:00:00+00', 2, 2);

CREATE TABLE public.mfa_authenticator (
    id bigint PRIMARY KEY,
    type varchar(20) NOT NULL,
    data jsonb NOT NULL,  -- secretdoc
    user_id integer NOT NULL REFERENCES public.auth_user (id),
    created_at timestamptz NOT NULL,
    last_used_at timestamptz
);
INSERT INTO public.mfa_authenticator (id, type, data, user_id, created_at, last_used_at) VALUES
    (1, 'kept1', '{"email": "cn000037q@canary.test", "number": 1}', 1, '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00'),
    (2, 'kept2', '{"email": "cn000038q@canary.test", "number": 1}', 2, '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00');

CREATE TABLE public.usersessions_usersession (
    id bigint PRIMARY KEY,
    created_at timestamptz NOT NULL,
    ip inet NOT NULL,  -- ip
    last_seen_at timestamptz NOT NULL,
    session_key varchar(40) NOT NULL UNIQUE,  -- key
    user_agent varchar(200) NOT NULL,  -- agent
    data jsonb NOT NULL,  -- payload
    user_id integer NOT NULL REFERENCES public.auth_user (id)
);
INSERT INTO public.usersessions_usersession (id, created_at, ip, last_seen_at, session_key, user_agent, data, user_id) VALUES
    (1, '2024-01-01 10:00:00+00', '10.77.1.40', '2024-01-01 10:00:00+00', 'cn000040q', 'cn000041q', '{"email": "cn000042q@canary.test", "number": 1}', 1),
    (2, '2024-02-01 10:00:00+00', '10.77.1.44', '2024-02-01 10:00:00+00', 'cn000044q', 'cn000045q', '{"email": "cn000046q@canary.test", "number": 1}', 2);

CREATE TABLE public.allauth_idp_oidc_client (
    id varchar(100) PRIMARY KEY,
    name varchar(100) NOT NULL,
    secret varchar(200) NOT NULL,  -- secret
    scopes text NOT NULL,
    type varchar(20) NOT NULL,
    grant_types text NOT NULL,
    redirect_uris text NOT NULL,
    cors_origins text NOT NULL,
    response_types text NOT NULL,
    skip_consent boolean NOT NULL,
    created_at timestamptz NOT NULL,
    data jsonb,  -- secretdoc
    owner_id integer REFERENCES public.auth_user (id),
    default_scopes text NOT NULL,
    allow_uri_wildcards boolean NOT NULL
);
INSERT INTO public.allauth_idp_oidc_client (id, name, secret, scopes, type, grant_types, redirect_uris, cors_origins, response_types, skip_consent, created_at, data, owner_id, default_scopes, allow_uri_wildcards) VALUES
    ('kept1', 'kept1', 'cn000047q', 'kept1', 'kept1', 'kept1', 'kept1', 'kept1', 'kept1', true, '2024-01-01 10:00:00+00', '{"email": "cn000048q@canary.test", "number": 1}', 1, 'kept1', true),
    ('kept2', 'kept2', 'cn000049q', 'kept2', 'kept2', 'kept2', 'kept2', 'kept2', 'kept2', false, '2024-02-01 10:00:00+00', '{"email": "cn000050q@canary.test", "number": 1}', 2, 'kept2', false);

CREATE TABLE public.allauth_idp_oidc_token (
    id bigint PRIMARY KEY,
    type varchar(2) NOT NULL,
    hash varchar(255) NOT NULL UNIQUE,  -- key
    data jsonb,  -- payload
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    scopes text NOT NULL,
    client_id varchar(100) REFERENCES public.allauth_idp_oidc_client (id),
    user_id integer REFERENCES public.auth_user (id)
);
INSERT INTO public.allauth_idp_oidc_token (id, type, hash, data, created_at, expires_at, scopes, client_id, user_id) VALUES
    (1, 'k1', 'cn000051q', '{"email": "cn000052q@canary.test", "number": 1}', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', 'kept1', 'kept1', 1),
    (2, 'k2', 'cn000053q', '{"email": "cn000054q@canary.test", "number": 1}', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', 'kept2', 'kept2', 2);

CREATE TABLE public.authtoken_token (
    key varchar(40) PRIMARY KEY,  -- key
    created timestamptz NOT NULL,
    user_id integer NOT NULL UNIQUE REFERENCES public.auth_user (id)
);
INSERT INTO public.authtoken_token (key, created, user_id) VALUES
    ('cn000055q', '2024-01-01 10:00:00+00', 1),
    ('cn000056q', '2024-02-01 10:00:00+00', 2);

CREATE TABLE public.otp_email_emaildevice (
    id integer PRIMARY KEY,
    name varchar(64) NOT NULL,  -- free
    confirmed boolean NOT NULL,
    user_id integer NOT NULL REFERENCES public.auth_user (id),
    token varchar(16),  -- secret
    valid_until timestamptz NOT NULL,
    email varchar(254),  -- email
    throttling_failure_count integer NOT NULL CHECK (throttling_failure_count >= 0),
    throttling_failure_timestamp timestamptz,
    last_generated_timestamp timestamptz,
    created_at timestamptz,
    last_used_at timestamptz
);
INSERT INTO public.otp_email_emaildevice (id, name, confirmed, user_id, token, valid_until, email, throttling_failure_count, throttling_failure_timestamp, last_generated_timestamp, created_at, last_used_at) VALUES
    (1, 'a note about cn000057q and more', true, 1, 'cn000058q', '2024-01-01 10:00:00+00', 'cn000059q@canary.test', 1, '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00'),
    (2, 'a note about cn000060q and more', false, 2, 'cn000061q', '2024-02-01 10:00:00+00', 'cn000062q@canary.test', 2, '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00');

CREATE TABLE public.otp_static_staticdevice (
    id integer PRIMARY KEY,
    name varchar(64) NOT NULL,  -- free
    confirmed boolean NOT NULL,
    user_id integer NOT NULL REFERENCES public.auth_user (id),
    throttling_failure_count integer NOT NULL,
    throttling_failure_timestamp timestamptz,
    created_at timestamptz,
    last_used_at timestamptz
);
INSERT INTO public.otp_static_staticdevice (id, name, confirmed, user_id, throttling_failure_count, throttling_failure_timestamp, created_at, last_used_at) VALUES
    (1, 'a note about cn000063q and more', true, 1, 1, '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00'),
    (2, 'a note about cn000064q and more', false, 2, 2, '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00');

CREATE TABLE public.otp_static_statictoken (
    id integer PRIMARY KEY,
    token varchar(16) NOT NULL,  -- secret
    device_id integer NOT NULL REFERENCES public.otp_static_staticdevice (id)
);
INSERT INTO public.otp_static_statictoken (id, token, device_id) VALUES
    (1, 'cn000065q', 1),
    (2, 'cn000066q', 2);

CREATE TABLE public.otp_totp_totpdevice (
    id integer PRIMARY KEY,
    name varchar(64) NOT NULL,  -- free
    confirmed boolean NOT NULL,
    key varchar(80) NOT NULL,  -- hexsecret
    step smallint NOT NULL,
    t0 bigint NOT NULL,
    digits smallint NOT NULL,
    tolerance smallint NOT NULL,
    drift smallint NOT NULL,
    last_t bigint NOT NULL,
    user_id integer NOT NULL REFERENCES public.auth_user (id),
    throttling_failure_count integer NOT NULL,
    throttling_failure_timestamp timestamptz,
    created_at timestamptz,
    last_used_at timestamptz
);
INSERT INTO public.otp_totp_totpdevice (id, name, confirmed, key, step, t0, digits, tolerance, drift, last_t, user_id, throttling_failure_count, throttling_failure_timestamp, created_at, last_used_at) VALUES
    (1, 'a note about cn000067q and more', true, 'cn000068q', 1, 1, 1, 1, 1, 1, 1, 1, '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00', '2024-01-01 10:00:00+00'),
    (2, 'a note about cn000069q and more', false, 'cn000070q', 2, 2, 2, 2, 2, 2, 2, 2, '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00', '2024-02-01 10:00:00+00');

CREATE TABLE public.accounts_user (
    id bigint PRIMARY KEY,
    password varchar(128) NOT NULL,  -- pw
    last_login timestamptz,
    is_superuser boolean NOT NULL,
    username varchar(150) NOT NULL UNIQUE,  -- user
    first_name varchar(150) NOT NULL,  -- first
    last_name varchar(150) NOT NULL,  -- last
    email varchar(254) NOT NULL UNIQUE,  -- email
    is_staff boolean NOT NULL,
    is_active boolean NOT NULL,
    date_joined timestamptz NOT NULL
);
INSERT INTO public.accounts_user (id, password, last_login, is_superuser, username, first_name, last_name, email, is_staff, is_active, date_joined) VALUES
    (1, 'cn000071q', '2024-01-01 10:00:00+00', true, 'cn000072q', 'cn000073q', 'cn000074q', 'cn000075q@canary.test', true, true, '2024-01-01 10:00:00+00'),
    (2, 'cn000076q', '2024-02-01 10:00:00+00', false, 'cn000077q', 'cn000078q', 'cn000079q', 'cn000080q@canary.test', false, false, '2024-02-01 10:00:00+00');

CREATE TABLE public.accounts_user_groups (
    id bigint PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES public.accounts_user (id),
    group_id integer NOT NULL REFERENCES public.auth_group (id)
);
INSERT INTO public.accounts_user_groups (id, user_id, group_id) VALUES
    (1, 1, 1),
    (2, 2, 2);

CREATE TABLE public.accounts_user_user_permissions (
    id bigint PRIMARY KEY,
    user_id bigint NOT NULL REFERENCES public.accounts_user (id),
    permission_id integer NOT NULL
);
INSERT INTO public.accounts_user_user_permissions (id, user_id, permission_id) VALUES
    (1, 1, 1),
    (2, 2, 2);
