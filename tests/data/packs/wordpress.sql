-- WordPress 6.8 as it stands on PostgreSQL under PG4WP, single and multisite, and WooCommerce 9 with its own order tables and Action Scheduler; any table prefix.
-- The names and types are the schema's, written anew. A column with a word behind it is personal or a secret; the test
-- holds the pack to that. Every such column has values that a search finds again.

CREATE TABLE public.wp_users (
    "ID" bigint PRIMARY KEY,
    user_login varchar(60) NOT NULL,  -- user
    user_pass varchar(255) NOT NULL,  -- pw
    user_nicename varchar(50) NOT NULL,  -- user
    user_email varchar(100) NOT NULL,  -- email
    user_url varchar(100) NOT NULL,  -- url
    user_registered timestamp NOT NULL,
    user_activation_key varchar(255) NOT NULL,  -- secret
    user_status integer NOT NULL,
    display_name varchar(250) NOT NULL,  -- full
    spam smallint NOT NULL,
    deleted smallint NOT NULL
);
INSERT INTO public.wp_users ("ID", user_login, user_pass, user_nicename, user_email, user_url, user_registered, user_activation_key, user_status, display_name, spam, deleted) VALUES
    (1, 'cn000001q', 'cn000002q', 'cn000003q', 'cn000004q@canary.test', 'https://cn000005q.canary.test/cn000005q', '2024-01-01 10:00:00', 'cn000006q', 1, 'cn000007q', 1, 1),
    (2, 'cn000008q', 'cn000009q', 'cn000010q', 'cn000011q@canary.test', 'https://cn000012q.canary.test/cn000012q', '2024-02-01 10:00:00', 'cn000013q', 2, 'cn000014q', 2, 2);

CREATE TABLE public.wp_usermeta (
    umeta_id bigint PRIMARY KEY,
    user_id bigint NOT NULL,
    meta_key varchar(255),
    meta_value text  -- payload
);
INSERT INTO public.wp_usermeta (umeta_id, user_id, meta_key, meta_value) VALUES
    (1, 1, 'kept1', 'cn000015q'),
    (2, 2, 'kept2', 'cn000016q');

CREATE TABLE public.wp_comments (
    "comment_ID" bigint PRIMARY KEY,
    "comment_post_ID" bigint NOT NULL,
    comment_author text NOT NULL,  -- full
    comment_author_email varchar(100) NOT NULL,  -- email
    comment_author_url varchar(200) NOT NULL,  -- url
    "comment_author_IP" varchar(100) NOT NULL,  -- ip
    comment_date timestamp NOT NULL,
    comment_date_gmt timestamp NOT NULL,
    comment_content text NOT NULL,  -- free
    comment_karma integer NOT NULL,
    comment_approved varchar(20) NOT NULL,
    comment_agent varchar(255) NOT NULL,  -- agent
    comment_type varchar(20) NOT NULL,
    comment_parent bigint NOT NULL,
    user_id bigint NOT NULL
);
INSERT INTO public.wp_comments ("comment_ID", "comment_post_ID", comment_author, comment_author_email, comment_author_url, "comment_author_IP", comment_date, comment_date_gmt, comment_content, comment_karma, comment_approved, comment_agent, comment_type, comment_parent, user_id) VALUES
    (1, 1, 'cn000017q', 'cn000018q@canary.test', 'https://cn000019q.canary.test/cn000019q', '10.77.1.21', '2024-01-01 10:00:00', '2024-01-01 10:00:00', 'a note about cn000021q and more', 1, 'kept1', 'cn000022q', 'kept1', 1, 1),
    (2, 2, 'cn000023q', 'cn000024q@canary.test', 'https://cn000025q.canary.test/cn000025q', '10.77.1.27', '2024-02-01 10:00:00', '2024-02-01 10:00:00', 'a note about cn000027q and more', 2, 'kept2', 'cn000028q', 'kept2', 2, 2);

CREATE TABLE public.wp_commentmeta (
    meta_id bigint PRIMARY KEY,
    comment_id bigint NOT NULL,
    meta_key varchar(255),
    meta_value text  -- payload
);
INSERT INTO public.wp_commentmeta (meta_id, comment_id, meta_key, meta_value) VALUES
    (1, 1, 'kept1', 'cn000029q'),
    (2, 2, 'kept2', 'cn000030q');

CREATE TABLE public.wp_posts (
    "ID" bigint PRIMARY KEY,
    post_author bigint NOT NULL,
    post_date timestamp NOT NULL,
    post_date_gmt timestamp NOT NULL,
    post_content text NOT NULL,  -- free
    post_title text NOT NULL,  -- free
    post_excerpt text NOT NULL,  -- free
    post_status varchar(20) NOT NULL,
    comment_status varchar(20) NOT NULL,
    ping_status varchar(20) NOT NULL,
    post_password varchar(255) NOT NULL,  -- secret
    post_name varchar(200) NOT NULL,  -- slug
    to_ping text NOT NULL,  -- url
    pinged text NOT NULL,  -- url
    post_modified timestamp NOT NULL,
    post_modified_gmt timestamp NOT NULL,
    post_content_filtered text NOT NULL,  -- free
    post_parent bigint NOT NULL,
    guid varchar(255) NOT NULL,  -- url
    menu_order integer NOT NULL,
    post_type varchar(20) NOT NULL,
    post_mime_type varchar(100) NOT NULL,
    comment_count bigint NOT NULL
);
INSERT INTO public.wp_posts ("ID", post_author, post_date, post_date_gmt, post_content, post_title, post_excerpt, post_status, comment_status, ping_status, post_password, post_name, to_ping, pinged, post_modified, post_modified_gmt, post_content_filtered, post_parent, guid, menu_order, post_type, post_mime_type, comment_count) VALUES
    (1, 1, '2024-01-01 10:00:00', '2024-01-01 10:00:00', 'a note about cn000031q and more', 'a note about cn000032q and more', 'a note about cn000033q and more', 'kept1', 'kept1', 'kept1', 'cn000034q', 'cn000035q', 'https://cn000036q.canary.test/cn000036q', 'https://cn000037q.canary.test/cn000037q', '2024-01-01 10:00:00', '2024-01-01 10:00:00', 'a note about cn000038q and more', 1, 'https://cn000039q.canary.test/cn000039q', 1, 'kept1', 'kept1', 1),
    (2, 2, '2024-02-01 10:00:00', '2024-02-01 10:00:00', 'a note about cn000040q and more', 'a note about cn000041q and more', 'a note about cn000042q and more', 'kept2', 'kept2', 'kept2', 'cn000043q', 'cn000044q', 'https://cn000045q.canary.test/cn000045q', 'https://cn000046q.canary.test/cn000046q', '2024-02-01 10:00:00', '2024-02-01 10:00:00', 'a note about cn000047q and more', 2, 'https://cn000048q.canary.test/cn000048q', 2, 'kept2', 'kept2', 2);

CREATE TABLE public.wp_postmeta (
    meta_id bigint PRIMARY KEY,
    post_id bigint NOT NULL,
    meta_key varchar(255),
    meta_value text  -- payload
);
INSERT INTO public.wp_postmeta (meta_id, post_id, meta_key, meta_value) VALUES
    (1, 1, 'kept1', 'cn000049q'),
    (2, 2, 'kept2', 'cn000050q');

CREATE TABLE public.wp_options (
    option_id bigint PRIMARY KEY,
    option_name varchar(191) NOT NULL UNIQUE,
    option_value text NOT NULL,  -- payload
    autoload varchar(20) NOT NULL
);
INSERT INTO public.wp_options (option_id, option_name, option_value, autoload) VALUES
    (1, 'kept1', 'cn000051q', 'kept1'),
    (2, 'kept2', 'cn000052q', 'kept2');

CREATE TABLE public.wp_links (
    link_id bigint PRIMARY KEY,
    link_url varchar(255) NOT NULL,
    link_name varchar(255) NOT NULL,
    link_image varchar(255) NOT NULL,
    link_target varchar(25) NOT NULL,
    link_description varchar(255) NOT NULL,
    link_visible varchar(20) NOT NULL,
    link_owner bigint NOT NULL,
    link_rating integer NOT NULL,
    link_updated timestamp NOT NULL,
    link_rel varchar(255) NOT NULL,
    link_notes text NOT NULL,  -- free
    link_rss varchar(255) NOT NULL
);
INSERT INTO public.wp_links (link_id, link_url, link_name, link_image, link_target, link_description, link_visible, link_owner, link_rating, link_updated, link_rel, link_notes, link_rss) VALUES
    (1, 'kept1', 'kept1', 'kept1', 'kept1', 'kept1', 'kept1', 1, 1, '2024-01-01 10:00:00', 'kept1', 'a note about cn000053q and more', 'kept1'),
    (2, 'kept2', 'kept2', 'kept2', 'kept2', 'kept2', 'kept2', 2, 2, '2024-02-01 10:00:00', 'kept2', 'a note about cn000054q and more', 'kept2');

CREATE TABLE public.wp_terms (
    term_id bigint PRIMARY KEY,
    name varchar(200) NOT NULL,
    slug varchar(200) NOT NULL,
    term_group bigint NOT NULL
);
INSERT INTO public.wp_terms (term_id, name, slug, term_group) VALUES
    (1, 'kept1', 'kept1', 1),
    (2, 'kept2', 'kept2', 2);

CREATE TABLE public.wp_termmeta (
    meta_id bigint PRIMARY KEY,
    term_id bigint NOT NULL,
    meta_key varchar(255),
    meta_value text
);
INSERT INTO public.wp_termmeta (meta_id, term_id, meta_key, meta_value) VALUES
    (1, 1, 'kept1', 'kept1'),
    (2, 2, 'kept2', 'kept2');

CREATE TABLE public.wp_term_taxonomy (
    term_taxonomy_id bigint PRIMARY KEY,
    term_id bigint NOT NULL,
    taxonomy varchar(32) NOT NULL,
    description text NOT NULL,
    parent bigint NOT NULL,
    count bigint NOT NULL
);
INSERT INTO public.wp_term_taxonomy (term_taxonomy_id, term_id, taxonomy, description, parent, count) VALUES
    (1, 1, 'kept1', 'kept1', 1, 1),
    (2, 2, 'kept2', 'kept2', 2, 2);

CREATE TABLE public.wp_term_relationships (
    object_id bigint PRIMARY KEY,
    term_taxonomy_id bigint NOT NULL,
    term_order integer NOT NULL
);
INSERT INTO public.wp_term_relationships (object_id, term_taxonomy_id, term_order) VALUES
    (1, 1, 1),
    (2, 2, 2);

CREATE TABLE public.wp_blogs (
    blog_id bigint PRIMARY KEY,
    site_id bigint NOT NULL,
    domain varchar(200) NOT NULL,
    path varchar(100) NOT NULL,
    registered timestamp NOT NULL,
    last_updated timestamp NOT NULL,
    public smallint NOT NULL,
    archived smallint NOT NULL,
    mature smallint NOT NULL,
    spam smallint NOT NULL,
    deleted smallint NOT NULL,
    lang_id integer NOT NULL
);
INSERT INTO public.wp_blogs (blog_id, site_id, domain, path, registered, last_updated, public, archived, mature, spam, deleted, lang_id) VALUES
    (1, 1, 'kept1', 'kept1', '2024-01-01 10:00:00', '2024-01-01 10:00:00', 1, 1, 1, 1, 1, 1),
    (2, 2, 'kept2', 'kept2', '2024-02-01 10:00:00', '2024-02-01 10:00:00', 2, 2, 2, 2, 2, 2);

CREATE TABLE public.wp_blogmeta (
    meta_id bigint PRIMARY KEY,
    blog_id bigint NOT NULL,
    meta_key varchar(255),
    meta_value text  -- payload
);
INSERT INTO public.wp_blogmeta (meta_id, blog_id, meta_key, meta_value) VALUES
    (1, 1, 'kept1', 'cn000055q'),
    (2, 2, 'kept2', 'cn000056q');

CREATE TABLE public.wp_site (
    id bigint PRIMARY KEY,
    domain varchar(200) NOT NULL,
    path varchar(100) NOT NULL
);
INSERT INTO public.wp_site (id, domain, path) VALUES
    (1, 'kept1', 'kept1'),
    (2, 'kept2', 'kept2');

CREATE TABLE public.wp_sitemeta (
    meta_id bigint PRIMARY KEY,
    site_id bigint NOT NULL,
    meta_key varchar(255),
    meta_value text  -- payload
);
INSERT INTO public.wp_sitemeta (meta_id, site_id, meta_key, meta_value) VALUES
    (1, 1, 'kept1', 'cn000057q'),
    (2, 2, 'kept2', 'cn000058q');

CREATE TABLE public.wp_registration_log (
    "ID" bigint PRIMARY KEY,
    email varchar(255) NOT NULL,  -- email
    "IP" varchar(30) NOT NULL,  -- ip
    blog_id bigint NOT NULL,
    date_registered timestamp NOT NULL
);
INSERT INTO public.wp_registration_log ("ID", email, "IP", blog_id, date_registered) VALUES
    (1, 'cn000059q@canary.test', '10.77.1.61', 1, '2024-01-01 10:00:00'),
    (2, 'cn000061q@canary.test', '10.77.1.63', 2, '2024-02-01 10:00:00');

CREATE TABLE public.wp_signups (
    signup_id bigint PRIMARY KEY,
    domain varchar(200) NOT NULL,
    path varchar(100) NOT NULL,
    title text NOT NULL,  -- free
    user_login varchar(60) NOT NULL,  -- user
    user_email varchar(100) NOT NULL,  -- email
    registered timestamp NOT NULL,
    activated timestamp NOT NULL,
    active smallint NOT NULL,
    activation_key varchar(50) NOT NULL,  -- secret
    meta text  -- payload
);
INSERT INTO public.wp_signups (signup_id, domain, path, title, user_login, user_email, registered, activated, active, activation_key, meta) VALUES
    (1, 'kept1', 'kept1', 'a note about cn000063q and more', 'cn000064q', 'cn000065q@canary.test', '2024-01-01 10:00:00', '2024-01-01 10:00:00', 1, 'cn000066q', 'cn000067q'),
    (2, 'kept2', 'kept2', 'a note about cn000068q and more', 'cn000069q', 'cn000070q@canary.test', '2024-02-01 10:00:00', '2024-02-01 10:00:00', 2, 'cn000071q', 'cn000072q');

CREATE TABLE public.wp_wc_orders (
    id bigint PRIMARY KEY,
    status varchar(20),
    currency varchar(10),
    type varchar(20),
    tax_amount numeric(26,8),
    total_amount numeric(26,8),
    customer_id bigint,
    billing_email varchar(320),  -- email
    date_created_gmt timestamp,
    date_updated_gmt timestamp,
    parent_order_id bigint,
    payment_method varchar(100),
    payment_method_title text,
    transaction_id varchar(100),  -- pay
    ip_address varchar(100),  -- ip
    user_agent text,  -- agent
    customer_note text  -- free
);
INSERT INTO public.wp_wc_orders (id, status, currency, type, tax_amount, total_amount, customer_id, billing_email, date_created_gmt, date_updated_gmt, parent_order_id, payment_method, payment_method_title, transaction_id, ip_address, user_agent, customer_note) VALUES
    (1, 'kept1', 'kept1', 'kept1', 1, 1, 1, 'cn000073q@canary.test', '2024-01-01 10:00:00', '2024-01-01 10:00:00', 1, 'kept1', 'kept1', 'cn000074q', '10.77.1.76', 'cn000076q', 'a note about cn000077q and more'),
    (2, 'kept2', 'kept2', 'kept2', 2, 2, 2, 'cn000078q@canary.test', '2024-02-01 10:00:00', '2024-02-01 10:00:00', 2, 'kept2', 'kept2', 'cn000079q', '10.77.1.81', 'cn000081q', 'a note about cn000082q and more');

CREATE TABLE public.wp_wc_order_addresses (
    id bigint PRIMARY KEY,
    order_id bigint NOT NULL,
    address_type varchar(20),
    first_name text,  -- first
    last_name text,  -- last
    company text,  -- company
    address_1 text,  -- street
    address_2 text,  -- street
    city text,  -- city
    state text,  -- region
    postcode text,  -- zip
    country text,
    email varchar(320),  -- email
    phone varchar(100)  -- phone
);
INSERT INTO public.wp_wc_order_addresses (id, order_id, address_type, first_name, last_name, company, address_1, address_2, city, state, postcode, country, email, phone) VALUES
    (1, 1, 'kept1', 'cn000083q', 'cn000084q', 'cn000085q', 'cn000086q', 'cn000087q', 'cn000088q', 'cn000089q', 'cn000090q', 'kept1', 'cn000091q@canary.test', '+99977000092'),
    (2, 2, 'kept2', 'cn000093q', 'cn000094q', 'cn000095q', 'cn000096q', 'cn000097q', 'cn000098q', 'cn000099q', 'cn000100q', 'kept2', 'cn000101q@canary.test', '+99977000102');

CREATE TABLE public.wp_wc_order_operational_data (
    id bigint PRIMARY KEY,
    order_id bigint,
    created_via varchar(100),
    woocommerce_version varchar(20),
    prices_include_tax smallint,
    coupon_usages_are_counted smallint,
    download_permission_granted smallint,
    cart_hash varchar(100),  -- secret
    new_order_email_sent smallint,
    order_key varchar(100) UNIQUE,  -- key
    order_stock_reduced smallint,
    date_paid_gmt timestamp,
    date_completed_gmt timestamp,
    shipping_tax_amount numeric(26,8),
    shipping_total_amount numeric(26,8),
    discount_tax_amount numeric(26,8),
    discount_total_amount numeric(26,8),
    recorded_sales smallint
);
INSERT INTO public.wp_wc_order_operational_data (id, order_id, created_via, woocommerce_version, prices_include_tax, coupon_usages_are_counted, download_permission_granted, cart_hash, new_order_email_sent, order_key, order_stock_reduced, date_paid_gmt, date_completed_gmt, shipping_tax_amount, shipping_total_amount, discount_tax_amount, discount_total_amount, recorded_sales) VALUES
    (1, 1, 'kept1', 'kept1', 1, 1, 1, 'cn000103q', 1, 'cn000104q', 1, '2024-01-01 10:00:00', '2024-01-01 10:00:00', 1, 1, 1, 1, 1),
    (2, 2, 'kept2', 'kept2', 2, 2, 2, 'cn000105q', 2, 'cn000106q', 2, '2024-02-01 10:00:00', '2024-02-01 10:00:00', 2, 2, 2, 2, 2);

CREATE TABLE public.wp_wc_orders_meta (
    id bigint PRIMARY KEY,
    order_id bigint,
    meta_key varchar(255),
    meta_value text  -- payload
);
INSERT INTO public.wp_wc_orders_meta (id, order_id, meta_key, meta_value) VALUES
    (1, 1, 'kept1', 'cn000107q'),
    (2, 2, 'kept2', 'cn000108q');

CREATE TABLE public.wp_wc_customer_lookup (
    customer_id bigint PRIMARY KEY,
    user_id bigint,
    username varchar(60) NOT NULL,  -- user
    first_name varchar(255) NOT NULL,  -- first
    last_name varchar(255) NOT NULL,  -- last
    email varchar(100),  -- email
    date_last_active timestamp,
    date_registered timestamp,
    country char(2) NOT NULL,
    postcode varchar(20) NOT NULL,  -- zip
    city varchar(100) NOT NULL,  -- city
    state varchar(100) NOT NULL  -- region
);
INSERT INTO public.wp_wc_customer_lookup (customer_id, user_id, username, first_name, last_name, email, date_last_active, date_registered, country, postcode, city, state) VALUES
    (1, 1, 'cn000109q', 'cn000110q', 'cn000111q', 'cn000112q@canary.test', '2024-01-01 10:00:00', '2024-01-01 10:00:00', 'k1', 'cn000113q', 'cn000114q', 'cn000115q'),
    (2, 2, 'cn000116q', 'cn000117q', 'cn000118q', 'cn000119q@canary.test', '2024-02-01 10:00:00', '2024-02-01 10:00:00', 'k2', 'cn000120q', 'cn000121q', 'cn000122q');

CREATE TABLE public.wp_wc_webhooks (
    webhook_id bigint PRIMARY KEY,
    status varchar(200) NOT NULL,
    name text NOT NULL,
    user_id bigint NOT NULL,
    delivery_url text NOT NULL,  -- url
    secret text NOT NULL,  -- secret
    topic varchar(200) NOT NULL,
    date_created timestamp NOT NULL,
    date_created_gmt timestamp NOT NULL,
    date_modified timestamp NOT NULL,
    date_modified_gmt timestamp NOT NULL,
    api_version smallint NOT NULL,
    failure_count smallint NOT NULL,
    pending_delivery smallint NOT NULL
);
INSERT INTO public.wp_wc_webhooks (webhook_id, status, name, user_id, delivery_url, secret, topic, date_created, date_created_gmt, date_modified, date_modified_gmt, api_version, failure_count, pending_delivery) VALUES
    (1, 'kept1', 'kept1', 1, 'https://cn000123q.canary.test/cn000123q', 'cn000124q', 'kept1', '2024-01-01 10:00:00', '2024-01-01 10:00:00', '2024-01-01 10:00:00', '2024-01-01 10:00:00', 1, 1, 1),
    (2, 'kept2', 'kept2', 2, 'https://cn000125q.canary.test/cn000125q', 'cn000126q', 'kept2', '2024-02-01 10:00:00', '2024-02-01 10:00:00', '2024-02-01 10:00:00', '2024-02-01 10:00:00', 2, 2, 2);

CREATE TABLE public.wp_wc_download_log (
    download_log_id bigint PRIMARY KEY,
    timestamp timestamp NOT NULL,
    permission_id bigint NOT NULL,
    user_id bigint,
    user_ip_address varchar(100)  -- ip
);
INSERT INTO public.wp_wc_download_log (download_log_id, timestamp, permission_id, user_id, user_ip_address) VALUES
    (1, '2024-01-01 10:00:00', 1, 1, '10.77.1.128'),
    (2, '2024-02-01 10:00:00', 2, 2, '10.77.1.129');

CREATE TABLE public.wp_woocommerce_sessions (
    session_id bigint PRIMARY KEY,
    session_key char(32) NOT NULL UNIQUE,  -- key
    session_value text NOT NULL,  -- payload
    session_expiry bigint NOT NULL
);
INSERT INTO public.wp_woocommerce_sessions (session_id, session_key, session_value, session_expiry) VALUES
    (1, 'cn000129q', 'cn000130q', 1),
    (2, 'cn000131q', 'cn000132q', 2);

CREATE TABLE public.wp_woocommerce_api_keys (
    key_id bigint PRIMARY KEY,
    user_id bigint NOT NULL,
    description varchar(200),  -- free
    permissions varchar(10) NOT NULL,
    consumer_key char(64) NOT NULL,  -- hexsecret
    consumer_secret char(43) NOT NULL,  -- hexsecret
    nonces text,  -- secret
    truncated_key char(7) NOT NULL,  -- last7
    last_access timestamp
);
INSERT INTO public.wp_woocommerce_api_keys (key_id, user_id, description, permissions, consumer_key, consumer_secret, nonces, truncated_key, last_access) VALUES
    (1, 1, 'a note about cn000133q and more', 'kept1', 'cn000134q', 'cn000135q', 'cn000136q', 'cnTR137', '2024-01-01 10:00:00'),
    (2, 2, 'a note about cn000138q and more', 'kept2', 'cn000139q', 'cn000140q', 'cn000141q', 'cnTR142', '2024-02-01 10:00:00');

CREATE TABLE public.wp_woocommerce_attribute_taxonomies (
    attribute_id bigint PRIMARY KEY,
    attribute_name varchar(200) NOT NULL,
    attribute_label varchar(200),
    attribute_type varchar(20) NOT NULL,
    attribute_orderby varchar(20) NOT NULL,
    attribute_public smallint NOT NULL
);
INSERT INTO public.wp_woocommerce_attribute_taxonomies (attribute_id, attribute_name, attribute_label, attribute_type, attribute_orderby, attribute_public) VALUES
    (1, 'kept1', 'kept1', 'kept1', 'kept1', 1),
    (2, 'kept2', 'kept2', 'kept2', 'kept2', 2);

CREATE TABLE public.wp_woocommerce_downloadable_product_permissions (
    permission_id bigint PRIMARY KEY,
    download_id varchar(36) NOT NULL,
    product_id bigint NOT NULL,
    order_id bigint NOT NULL,
    order_key varchar(200) NOT NULL,  -- key
    user_email varchar(200) NOT NULL,  -- email
    user_id bigint,
    downloads_remaining varchar(9),
    access_granted timestamp NOT NULL,
    access_expires timestamp,
    download_count bigint NOT NULL
);
INSERT INTO public.wp_woocommerce_downloadable_product_permissions (permission_id, download_id, product_id, order_id, order_key, user_email, user_id, downloads_remaining, access_granted, access_expires, download_count) VALUES
    (1, 'kept1', 1, 1, 'cn000143q', 'cn000144q@canary.test', 1, 'kept1', '2024-01-01 10:00:00', '2024-01-01 10:00:00', 1),
    (2, 'kept2', 2, 2, 'cn000145q', 'cn000146q@canary.test', 2, 'kept2', '2024-02-01 10:00:00', '2024-02-01 10:00:00', 2);

CREATE TABLE public.wp_woocommerce_order_items (
    order_item_id bigint PRIMARY KEY,
    order_item_name text NOT NULL,
    order_item_type varchar(200) NOT NULL,
    order_id bigint NOT NULL
);
INSERT INTO public.wp_woocommerce_order_items (order_item_id, order_item_name, order_item_type, order_id) VALUES
    (1, 'kept1', 'kept1', 1),
    (2, 'kept2', 'kept2', 2);

CREATE TABLE public.wp_woocommerce_order_itemmeta (
    meta_id bigint PRIMARY KEY,
    order_item_id bigint NOT NULL,
    meta_key varchar(255),
    meta_value text  -- payload
);
INSERT INTO public.wp_woocommerce_order_itemmeta (meta_id, order_item_id, meta_key, meta_value) VALUES
    (1, 1, 'kept1', 'cn000147q'),
    (2, 2, 'kept2', 'cn000148q');

CREATE TABLE public.wp_woocommerce_tax_rates (
    tax_rate_id bigint PRIMARY KEY,
    tax_rate_country varchar(2) NOT NULL,
    tax_rate_state varchar(200) NOT NULL,
    tax_rate varchar(8) NOT NULL,
    tax_rate_name varchar(200) NOT NULL,
    tax_rate_priority bigint NOT NULL,
    tax_rate_compound integer NOT NULL,
    tax_rate_shipping integer NOT NULL,
    tax_rate_order bigint NOT NULL,
    tax_rate_class varchar(200) NOT NULL
);
INSERT INTO public.wp_woocommerce_tax_rates (tax_rate_id, tax_rate_country, tax_rate_state, tax_rate, tax_rate_name, tax_rate_priority, tax_rate_compound, tax_rate_shipping, tax_rate_order, tax_rate_class) VALUES
    (1, 'k1', 'kept1', 'kept1', 'kept1', 1, 1, 1, 1, 'kept1'),
    (2, 'k2', 'kept2', 'kept2', 'kept2', 2, 2, 2, 2, 'kept2');

CREATE TABLE public.wp_woocommerce_tax_rate_locations (
    location_id bigint PRIMARY KEY,
    location_code varchar(200) NOT NULL,
    tax_rate_id bigint NOT NULL,
    location_type varchar(40) NOT NULL
);
INSERT INTO public.wp_woocommerce_tax_rate_locations (location_id, location_code, tax_rate_id, location_type) VALUES
    (1, 'kept1', 1, 'kept1'),
    (2, 'kept2', 2, 'kept2');

CREATE TABLE public.wp_woocommerce_shipping_zones (
    zone_id bigint PRIMARY KEY,
    zone_name varchar(200) NOT NULL,
    zone_order bigint NOT NULL
);
INSERT INTO public.wp_woocommerce_shipping_zones (zone_id, zone_name, zone_order) VALUES
    (1, 'kept1', 1),
    (2, 'kept2', 2);

CREATE TABLE public.wp_woocommerce_shipping_zone_locations (
    location_id bigint PRIMARY KEY,
    zone_id bigint NOT NULL,
    location_code varchar(200) NOT NULL,
    location_type varchar(40) NOT NULL
);
INSERT INTO public.wp_woocommerce_shipping_zone_locations (location_id, zone_id, location_code, location_type) VALUES
    (1, 1, 'kept1', 'kept1'),
    (2, 2, 'kept2', 'kept2');

CREATE TABLE public.wp_woocommerce_shipping_zone_methods (
    zone_id bigint NOT NULL,
    instance_id bigint PRIMARY KEY,
    method_id varchar(200) NOT NULL,
    method_order bigint NOT NULL,
    is_enabled smallint NOT NULL
);
INSERT INTO public.wp_woocommerce_shipping_zone_methods (zone_id, instance_id, method_id, method_order, is_enabled) VALUES
    (1, 1, 'kept1', 1, 1),
    (2, 2, 'kept2', 2, 2);

CREATE TABLE public.wp_woocommerce_payment_tokens (
    token_id bigint PRIMARY KEY,
    gateway_id varchar(200) NOT NULL,
    token text NOT NULL,  -- paysecret
    user_id bigint NOT NULL,
    type varchar(200) NOT NULL,
    is_default smallint NOT NULL
);
INSERT INTO public.wp_woocommerce_payment_tokens (token_id, gateway_id, token, user_id, type, is_default) VALUES
    (1, 'kept1', 'cn000149q', 1, 'kept1', 1),
    (2, 'kept2', 'cn000150q', 2, 'kept2', 2);

CREATE TABLE public.wp_woocommerce_payment_tokenmeta (
    meta_id bigint PRIMARY KEY,
    payment_token_id bigint NOT NULL,
    meta_key varchar(255),
    meta_value text  -- paysecret
);
INSERT INTO public.wp_woocommerce_payment_tokenmeta (meta_id, payment_token_id, meta_key, meta_value) VALUES
    (1, 1, 'kept1', 'cn000151q'),
    (2, 2, 'kept2', 'cn000152q');

CREATE TABLE public.wp_woocommerce_log (
    log_id bigint PRIMARY KEY,
    timestamp timestamp NOT NULL,
    level smallint NOT NULL,
    source varchar(200) NOT NULL,
    message text NOT NULL,  -- payload
    context text  -- payload
);
INSERT INTO public.wp_woocommerce_log (log_id, timestamp, level, source, message, context) VALUES
    (1, '2024-01-01 10:00:00', 1, 'kept1', 'cn000153q', 'cn000154q'),
    (2, '2024-02-01 10:00:00', 2, 'kept2', 'cn000155q', 'cn000156q');

CREATE TABLE public.wp_actionscheduler_actions (
    action_id bigint PRIMARY KEY,
    hook varchar(191) NOT NULL,
    status varchar(20) NOT NULL,
    scheduled_date_gmt timestamp,
    scheduled_date_local timestamp,
    priority smallint NOT NULL,
    args varchar(191),  -- payload
    schedule text,
    group_id bigint NOT NULL,
    attempts integer NOT NULL,
    last_attempt_gmt timestamp,
    last_attempt_local timestamp,
    claim_id bigint NOT NULL,
    extended_args varchar(8000)  -- payload
);
INSERT INTO public.wp_actionscheduler_actions (action_id, hook, status, scheduled_date_gmt, scheduled_date_local, priority, args, schedule, group_id, attempts, last_attempt_gmt, last_attempt_local, claim_id, extended_args) VALUES
    (1, 'kept1', 'kept1', '2024-01-01 10:00:00', '2024-01-01 10:00:00', 1, 'cn000157q', 'kept1', 1, 1, '2024-01-01 10:00:00', '2024-01-01 10:00:00', 1, 'cn000158q'),
    (2, 'kept2', 'kept2', '2024-02-01 10:00:00', '2024-02-01 10:00:00', 2, 'cn000159q', 'kept2', 2, 2, '2024-02-01 10:00:00', '2024-02-01 10:00:00', 2, 'cn000160q');

CREATE TABLE public.wp_actionscheduler_claims (
    claim_id bigint PRIMARY KEY,
    date_created_gmt timestamp
);
INSERT INTO public.wp_actionscheduler_claims (claim_id, date_created_gmt) VALUES
    (1, '2024-01-01 10:00:00'),
    (2, '2024-02-01 10:00:00');

CREATE TABLE public.wp_actionscheduler_groups (
    group_id bigint PRIMARY KEY,
    slug varchar(255) NOT NULL
);
INSERT INTO public.wp_actionscheduler_groups (group_id, slug) VALUES
    (1, 'kept1'),
    (2, 'kept2');

CREATE TABLE public.wp_actionscheduler_logs (
    log_id bigint PRIMARY KEY,
    action_id bigint NOT NULL,
    message text NOT NULL,  -- payload
    log_date_gmt timestamp,
    log_date_local timestamp
);
INSERT INTO public.wp_actionscheduler_logs (log_id, action_id, message, log_date_gmt, log_date_local) VALUES
    (1, 1, 'cn000161q', '2024-01-01 10:00:00', '2024-01-01 10:00:00'),
    (2, 2, 'cn000162q', '2024-02-01 10:00:00', '2024-02-01 10:00:00');
