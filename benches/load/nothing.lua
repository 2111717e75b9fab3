-- The route that does nothing, with the headers that a browser's hit has.
local text = "GET /nothing HTTP/1.1\r\nHost: %s\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36\r\nAccept-Language: de-DE,de;q=0.9\r\nX-Forwarded-For: 20.1.2.3\r\n\r\n"

function init()
  text = text:format(wrk.host .. ":" .. wrk.port)
end

function request()
  return text
end

function done(summary, latency)
  local failed = summary.errors.status + summary.errors.read + summary.errors.write + summary.errors.timeout + summary.errors.connect
  io.write(("RESULT %d %d %d %d %d\n"):format(summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), failed))
end
