-- Hits as many visitors send them: 3.3 actions each, their own address and browser, varied pages and titles.
-- Arguments: pause between requests of a connection in ms (0 for none), number that keeps visitors of runs apart, and the
-- path they are sent to: the tracking endpoint, or the route that does nothing, which then reads the same requests.

local ACTIONS = { 1, 1, 1, 2, 3, 3, 4, 5, 6, 7 } -- 3.3 on average
local PAGES = 997
local agents = {}
for version = 118, 143 do
  agents[#agents + 1] = ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36"):format(version)
  agents[#agents + 1] = ("Mozilla/5.0 (Linux; Android %d; SM-S9%dB) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Mobile Safari/537.36"):format(10 + version % 6, version % 30, version)
  agents[#agents + 1] = ("Mozilla/5.0 (X11; Linux x86_64; rv:%d.0) Gecko/20100101 Firefox/%d.0"):format(version, version)
  agents[#agents + 1] = ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_%d like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.%d Mobile/15E148 Safari/604.1"):format(version % 7, version % 7)
end
local referrers = { "", "", "", "https%3A%2F%2Fwww.google.com%2F", "https%3A%2F%2Fwww.bing.com%2Fsearch%3Fq%3Dlantern",
  "https%3A%2F%2Fnews.example%2Fissue%2F12", "https%3A%2F%2Fwww.reddit.com%2Fr%2Fjapan%2F" }
local languages = { "de-DE,de;q=0.9", "en-US,en;q=0.9", "fr-FR,fr;q=0.8", "ja-JP,ja;q=0.9" }
local sizes = { "1920x1080", "390x844", "1440x900", "412x915", "2560x1440" }

local threads = 0
function setup(thread)
  thread:set("first", threads * 100000000)
  threads = threads + 1
end

local pause_ms, visitor, left, head, tail, path = 0, 0, 0, "", "", "/matomo.php"
function init(args)
  pause_ms = tonumber(args[1] or "0")
  visitor = first + tonumber(args[2] or "0") * 10000000
  path = args[3] or path
end

local function come()
  visitor = visitor + 1
  left = ACTIONS[visitor % #ACTIONS + 1]
  head = ("GET %s?idsite=1&rec=1&apiv=1&send_image=0&_id=%016x&h=12&m=30&s=1&cookie=1&res=%s&urlref=%s&url=https%%3A%%2F%%2Fshop.example%%2F")
    :format(path, visitor * 2654435761, sizes[visitor % #sizes + 1], referrers[visitor % #referrers + 1])
  tail = (" HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: %s\r\nAccept-Language: %s\r\nX-Forwarded-For: %d.%d.%d.%d\r\n\r\n")
    :format(agents[visitor % #agents + 1], languages[visitor % #languages + 1],
      20 + visitor % 150, math.floor(visitor / 150) % 250, math.floor(visitor / 37500) % 250, 1 + visitor % 250)
end

local count = 0
function request()
  if left == 0 then come() end
  left = left - 1
  count = count + 1
  local page = (count * 7919) % PAGES
  return head .. "section-" .. page % 20 .. "%2Fpage-" .. page .. "&action_name=Page%20" .. page .. "&pv_id=" .. 100000 + count % 899999 .. tail
end

-- As long on average. Visitors do not keep step: after one pause for all, those that were held up together would ask
-- together from then on.
function delay()
  return pause_ms == 0 and 0 or math.random(0, 2 * pause_ms)
end

function done(summary, latency)
  local failed = summary.errors.status + summary.errors.read + summary.errors.write + summary.errors.timeout + summary.errors.connect
  io.write(("RESULT %d %d %d %d %d\n"):format(summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), failed))
end
