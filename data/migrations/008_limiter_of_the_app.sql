-- The readings and the holds of the app's insights limit say "app"; the limiter's row said otherwise.
UPDATE OR REPLACE limiters SET scope_id = 'app' WHERE scope = 'app_insights';
