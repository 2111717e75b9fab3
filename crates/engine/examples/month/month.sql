SELECT count(*), count(DISTINCT visitor), sum(action_count)::BIGINT FROM visit
