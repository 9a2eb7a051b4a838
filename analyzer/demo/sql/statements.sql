-- What the services of the demo shop ask; one statement under each name.
-- Needs keys.sql, and the role shop_app. The load of the demo, in seconds, is its cost.

-- name: product_page
SELECT id, sku, name, price_cents, description FROM products WHERE id = %s

-- name: category_page
SELECT id, name, price_cents FROM products
WHERE category_id = %s ORDER BY price_cents LIMIT 24

-- name: products_page
SELECT id, name, price_cents FROM products ORDER BY id LIMIT 24 OFFSET %s

-- name: product_reviews
SELECT rating, body, created_at FROM reviews
WHERE product_id = %s ORDER BY created_at DESC LIMIT 10

-- name: reviews_of_customer
SELECT product_id, rating, created_at FROM reviews WHERE customer_id = %s

-- name: product_search
SELECT id, name, price_cents FROM products WHERE name ILIKE %s LIMIT 50

-- name: login
SELECT id, full_name, is_active FROM customers WHERE lower(email) = %s

-- name: coupon
SELECT id, percent_off, valid_until FROM coupons WHERE code = %s

-- name: redeem_coupon
UPDATE coupons SET used_count = used_count + 1 WHERE id = %s

-- name: touch_session
UPDATE sessions SET hits = hits + 1, last_activity_at = now() WHERE id = %s

-- name: sessions_online
SELECT count(*) FROM sessions WHERE last_activity_at > %s

-- name: record_event
INSERT INTO events (customer_id, kind, session_ref, payload, occurred_at)
VALUES (%s, %s, %s, '{"path": "/"}', %s)

-- name: customer_events
SELECT kind, occurred_at FROM events
WHERE customer_id = %s ORDER BY occurred_at DESC LIMIT 20

-- name: insert_order
INSERT INTO orders (customer_id, status, total_cents, country_code, created_at)
VALUES (%s, 'pending', %s, %s, now()) RETURNING id

-- name: insert_order_item
INSERT INTO order_items (order_id, product_id, quantity, unit_price_cents)
VALUES (%s, %s, %s, %s)

-- name: insert_outbox
INSERT INTO outbox (topic, payload, status, attempts, created_at)
VALUES ('mail', '{"template": "order"}', 'pending', 0, now())

-- name: register_customer
INSERT INTO customers (id, email, full_name, country_code, city, street, is_active,
    loyalty_points, created_at)
VALUES (%s, %s, 'New Customer', 'AA', 'City 1', '1 Main Street', true, 0, now())

-- name: orders_of_customer
SELECT id, status, total_cents, created_at FROM orders
WHERE customer_id = %s ORDER BY created_at DESC LIMIT 20

-- name: spent_by_customer
SELECT count(*), sum(total_cents) FROM orders WHERE customer_id = %s

-- name: order_batch
SELECT id, total_cents FROM orders WHERE id >= %s ORDER BY id LIMIT 50

-- name: items_of_order
SELECT p.sku, p.name, i.quantity, i.unit_price_cents
FROM order_items AS i JOIN products AS p ON p.id = i.product_id
WHERE i.order_id = %s

-- name: customers_of_city
SELECT count(*) FROM customers WHERE country_code = %s AND city = %s

-- name: orders_by_status
SELECT id, customer_id, total_cents, created_at FROM orders
WHERE status = %s ORDER BY total_cents DESC LIMIT 50

-- name: audit_page
SELECT id, actor, action, logged_at FROM audit_log ORDER BY id LIMIT 100 OFFSET {}

-- name: products_without_review
SELECT id, name FROM products
WHERE category_id = {} AND id NOT IN (SELECT product_id FROM reviews)

-- name: orders_without_refund
SELECT count(*) FROM orders
WHERE id BETWEEN %s AND %s AND id NOT IN (SELECT order_id FROM refunds)

-- name: active_customers
SELECT count(*), sum(hashtext(c::text)) AS checksum FROM customers AS c WHERE is_active

-- name: events_of_day
SELECT kind, count(*), count(DISTINCT customer_id), max((payload ->> 'ms')::integer)
FROM events WHERE occurred_at::date = %s GROUP BY kind

-- name: events_of_hour
SELECT count(*) FROM events
WHERE date_trunc('hour', occurred_at) = TIMESTAMP '2026-10-{:02d} 10:00:00'

-- name: shipments_by_carrier
SELECT o.country_code, count(*), avg(o.total_cents)
FROM shipments AS s JOIN orders AS o ON o.id = s.order_id
WHERE s.carrier = %s GROUP BY o.country_code

-- name: shipment_of_order
SELECT carrier, tracking_code, shipped_at FROM shipments WHERE order_id = %s

-- name: outbox_lag
SELECT count(*), min(created_at) FROM outbox WHERE status = 'pending'

-- name: outbox_poll
SELECT id, topic, payload FROM outbox
WHERE status = 'pending' ORDER BY created_at LIMIT 5 FOR UPDATE SKIP LOCKED

-- name: outbox_done
UPDATE outbox SET status = 'done', attempts = attempts + 1 WHERE id = %s

-- name: carts_of_customer
SELECT id, created_at FROM carts WHERE customer_id = %s

-- name: delete_cart
DELETE FROM carts WHERE id = %s

-- name: revenue_by_day
SELECT date_trunc('day', created_at) AS day, sum(total_cents) FROM orders
WHERE created_at >= %s GROUP BY 1 ORDER BY 1

-- name: bestsellers
SELECT product_id, sum(quantity) AS sold FROM order_items
WHERE order_id >= %s GROUP BY product_id ORDER BY sold DESC LIMIT 10

-- name: product_sold
SELECT count(*), sum(quantity) FROM order_items WHERE product_id = %s
