"""Segments over HTTP: what a caller writes is looked for, never run."""

import datetime
import json

from harness.installation import Case
from harness.server import DAYS

ATTACKS = [
    "visitIp==1' OR '1'='1", "pageUrl==x'; DROP TABLE visits; --", "browserCode==FF) UNION SELECT 1,2,3 --",
    "userId==\\' OR 1=1 --", "userId==\"; ATTACH '/etc/passwd' AS x; --", "pageTitle=@%", "pageTitle=@_",
    "visitorId==0x41414141", "actions>=1;actions<=(SELECT 1)", "userId==$$x$$", "userId==?1", "userId==:a", "userId=={0}",
    "pageUrl=^read_csv('/etc/passwd')", "userId==\x00", "userId==\n--", "visitCount>=1/*", "visitCount>=1 OR 1=1",
    "visits; DROP TABLE visits", "1==1", "' OR ''='", "==", ";", ",", ";;,,;", "userId", "userId=", "userId=@",
    "a" * 200 + "==1", "userId==" + "%" * 100, "userId==%25%2525%252525", "userId==\\", "userId==\\;\\,", "visitCount==NaN",
    "visitCount>=9999999999999999999999", "visitCount==1e400", "pageUrl==" + "é" * 500, "userId==\u202e\ufeff",
    "customVariableName1==x", "__proto__==1", "constructor==1", "userId==\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
]


def days_ago(days):
    return f"{datetime.datetime.now(datetime.timezone.utc).date() - datetime.timedelta(days=days)} 12:00:00"


class Segments(Case):
    def visits(self, server, segment):
        answer = server.ask("VisitsSummary.getVisits", idSite=1, segment=segment, **DAYS)
        self.assertLess(answer.status, 500, segment)
        value = answer.json()
        return value.get("value"), value

    def promise_37_no_segment_becomes_sql(self):
        server = self.serve()
        for number in range(3):
            server.hit(cid=f"{number:016x}", uid=f"user{number}", url=f"https://shop.example/{number}", action_name=f"t{number}")
        self.assertEqual(self.visits(server, "")[0], 3)
        for segment in ATTACKS:
            with self.subTest(segment):
                count, value = self.visits(server, segment)
                said = str(value).lower()
                self.assertTrue(count == 0 or value.get("result") == "error", value)
                for word in ("duckdb", "syntax", "binder", "catalog error", "/etc", "root:"):
                    if word not in segment.lower():
                        self.assertNotIn(word, said)
        self.assertEqual(self.visits(server, "")[0], 3)
        self.assertEqual(server.cli("doctor"), (0, "everything is sound"))

    def promise_37_a_value_with_quotes_is_only_a_value(self):
        server = self.serve()
        names = ["o'brien", 'say "hi"', "50%", "a_b", "back\\slash", "semi;colon", "com,ma", "new\tline", "ünï", "--", "axb"]
        for number, name in enumerate(names):
            server.hit(cid=f"{number:016x}", uid=name)
        for name in names:
            escaped = name.replace("\\", "%5C").replace(";", "%3B").replace(",", "%2C").replace("%", "%25", 1) \
                if "%" in name else name.replace("\\", "%5C").replace(";", "%3B").replace(",", "%2C")
            self.assertEqual(self.visits(server, f"userId=={escaped}")[0], 1, name)
        self.assertEqual(self.visits(server, "userId=@a_b")[0], 1)
        self.assertEqual(self.visits(server, "userId=@o'b")[0], 1)

    def found(self, server, segments):
        server.wait_counted()
        for segment, visits in segments.items():
            self.assertEqual(self.visits(server, segment)[0], visits, segment)

    def test_names_of_things_are_compared_by_every_operator_or_not_at_all(self):
        server = self.serve()
        phone = "Mozilla/5.0 (Linux; Android 13; %s) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"
        late = {"token_auth": server.token}
        # A customer is who had ordered before the visit before.
        server.hit(cid="a" * 16, ua=phone % "SM-G991B", cdt=days_ago(2), idgoal=0, ec_id="1", revenue=5, **late)
        for when in ({"cdt": days_ago(1), **late}, {}):
            server.hit(cid="a" * 16, ua=phone % "SM-G991B", **when)
            server.hit(cid="b" * 16, ua=phone % "Pixel 7", **when)
        self.found(server, {
            "visitorType==returning": 2, "visitorType==returningCustomer": 1, "visitorType=@returning": 3,
            "visitorType=$Customer": 1, "visitorType!@returning": 1, "visitorType=^new": 1,
            "deviceBrand==Samsung": 2, "deviceBrand=@sams": 2, "deviceBrand!@sams": 2, "deviceBrand=^Sam": 2,
            "deviceBrand=$ung": 2, "deviceBrand=@o": 2, "deviceBrand==unknown": 0, "deviceBrand!=": 4,
            f"visitEndServerDate=$-{days_ago(1)[5:10]}": 2, f"visitEndServerDate!@{days_ago(1)[:10]}": 2,
        })
        days = {ago: datetime.date.fromisoformat(days_ago(ago)[:10]).isoweekday() % 7 + 1 for ago in (0, 1)}
        for number in range(1, 8):
            self.found(server, {
                f"visitEndServerDayOfWeek<{number}": 2 * sum(day < number for day in days.values()),
                f"visitEndServerDayOfWeek>={number}": 2 * sum(day >= number for day in days.values()),
            })
        for segment in ("visitorType>new", "deviceType<tablet", "continentCode>=eur", "visitorId=@12", "fingerprint=@12"):
            self.assertEqual(self.visits(server, segment)[1]["result"], "error", segment)

    def test_no_value_is_null_or_0_in_the_rows_that_a_name_is_about(self):
        server = self.serve()
        server.hit(cid="a" * 16, idgoal=0, ec_id="1", revenue=5, ec_items=json.dumps([["S", "Hat", "Hats", 5, 1]]))
        server.hit(cid="b" * 16, _pks="V", _pkn="Cap", _pkc="Caps", _pkp=3)
        server.hit(cid="c" * 16, idgoal=0, revenue=7, ec_items=json.dumps([["C", "", "Carts", 7, 1]]))
        server.hit(cid="d" * 16, search="lamp")
        self.found(server, {
            "productName!=": 1, "productSku!=": 2, "productName==": 1, "productViewSku!=": 1, "productViewName!=": 1,
            "productPrice!=": 2, "productViewPrice!=": 1, "revenueOrder!=": 1, "revenueAbandonedCart!=": 1,
            "visitConverted!=": 1, "visitConverted==": 3, "searches==": 3, "searches!=": 1,
        })

    def test_a_product_of_two_categories_is_found_by_both(self):
        server = self.serve()
        hats = ["S1", "Hat", ["Hats", "Sale"], 5, 1]
        server.hit(cid="a" * 16, idgoal=0, ec_id="1", revenue=5, ec_items=json.dumps([hats]))
        server.hit(cid="b" * 16, idgoal=0, ec_id="2", revenue=5, ec_items=json.dumps([["S2", "Cap", "Hats", 5, 1]]))
        server.hit(cid="c" * 16, _pks="V", _pkc=json.dumps(["Hats", "Sale"]))
        self.found(server, {
            "productCategory==Hats": 2, "productCategory==Hats;productCategory==Sale": 1,
            "productSku==S1;productCategory==Hats;productCategory==Sale": 1,
            "productSku==S2;productCategory==Hats;productCategory==Sale": 0,
            "productViewCategory==Sale;productViewCategory==Hats": 1,
            "productCategory==Hats;productViewCategory==Hats": 0,
        })

    def promise_37_segments_are_bounded(self):
        server = self.serve()
        fits = ",".join(["visitCount==1"] * 64)
        self.assertEqual(self.visits(server, fits)[0], 0)
        for segment in [",".join(["visitCount==1"] * 65), ";".join(["visitCount==1"] * 65), "userId==" + "a" * 8192,
                        "," * 8000, ";" * 8000, "\\" * 8193]:
            answer = server.ask("VisitsSummary.getVisits", idSite=1, segment=segment, **DAYS)
            self.assertIn(answer.status, {400, 413}, segment[:20])
            self.assertEqual(answer.json()["result"], "error")

    def promise_37_without_a_role_no_segment_tells_anything(self):
        server = self.serve()
        server.hit(uid="ada")
        for token in (None, self.token("none")):
            server.token = token
            for segment in ("userId==ada", "visitIp==127.0.0.1", "visitorId==0123456789abcdef", "nonsense"):
                answer = server.ask("VisitsSummary.getVisits", idSite=1, segment=segment, **DAYS)
                self.assertEqual(answer.status, 401, segment)
                self.assertNotIn("segment", answer.text.lower())

    def promise_37_other_parameters_are_no_way_in_either(self):
        server = self.serve()
        server.hit()
        attack = "1) UNION SELECT 1 --"
        for name in ("idSite", "period", "date", "filter_limit", "filter_offset", "filter_sort_column", "filter_sort_order",
                     "filter_pattern", "filter_column", "showColumns", "hideColumns", "label", "idSubtable", "flat",
                     "expanded", "pivotBy", "idGoal", "columns", "format"):
            answer = server.ask("Actions.getPageUrls", **{"idSite": 1, **DAYS, name: attack})
            self.assertLess(answer.status, 500, f"{name}: {answer.body[:200]}")
            self.assertNotIn(b"duckdb", answer.body.lower(), name)
        self.assertEqual(server.cli("doctor"), (0, "everything is sound"))
