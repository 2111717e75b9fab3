SELECT url, count(*), count(DISTINCT visit_id), count(DISTINCT visitor) FROM action WHERE kind = 1 AND time_s >= 1773532800 AND time_s < 1773619200 GROUP BY 1
