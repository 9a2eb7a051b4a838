-- Forgets which statements a recommendation affects.
DELETE FROM recommendation_statement WHERE recommendation_id = %(recommendation_id)s
