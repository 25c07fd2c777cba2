-- One row per id in the input that is spelt most like the key, three at most.
SELECT source_id
FROM (SELECT DISTINCT source_id FROM sources WHERE solution_id IS NOT NULL)
WHERE source_id IS NOT NULL
ORDER BY jaro_winkler_similarity(source_id, $key) DESC, source_id
LIMIT 3
