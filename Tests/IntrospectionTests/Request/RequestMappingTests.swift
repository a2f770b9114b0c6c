import Testing

@testable import Introspection

@Suite struct RequestMappingTests {
    private func render(
        _ method: RequestMapping.Method,
        _ place: RequestMapping.KeyPlace,
        _ key: String = "a+b/c="
    )
        -> (headers: [String], body: String?)
    {
        let rendered = RequestMapping(method: method, keyPlace: place).render(key: Array(key.utf8))
        return (rendered.headers, rendered.body.map { String(decoding: $0, as: UTF8.self) })
    }

    @Test(arguments: [
        ("abcXYZ019-._~", "abcXYZ019-._~"), ("a+b/c=", "a%2Bb%2Fc%3D"), ("a&token=b", "a%26token%3Db"),
        ("\u{E9} \r\n%", "%C3%A9%20%0D%0A%25"), ("", ""),
    ])
    func aFormEncodesTheKey(key: String, encoded: String) {
        let form = RequestMapping.rfc7662.render(key: Array(key.utf8))
        #expect(
            form.body.map { String(decoding: $0, as: UTF8.self) } == "token=\(encoded)&token_type_hint=access_token"
        )
        #expect(form.headers.contains("Content-Type: application/x-www-form-urlencoded"))
        #expect(render(.post, .form(field: "api key"), key).body == "api%20key=\(encoded)")
    }

    @Test func aJSONBodyHasTheKeyAsItsMember() {
        let request = render(.post, .json(member: "api\"key"))
        #expect(request.body == #"{"api\"key":"a+b/c="}"#)
        #expect(request.headers == ["Accept: application/json", "Content-Type: application/json"])
    }

    @Test func headersHoldTheKeyAsItIs() {
        #expect(render(.get, .header(name: "X-Key")).headers.last == "X-Key: a+b/c=")
        #expect(render(.get, .header(name: "X-Key")).body == nil)
        #expect(render(.post, .bearer).headers.last == "Authorization: Bearer a+b/c=")
        #expect(render(.post, .bearer).body == "")
    }
}

@Suite struct EndpointOrderTests {
    private let start = MonotonicTime.seconds(10)

    @Test func whatHasJustFailedComesLastForAWhile() {
        var order = EndpointOrder(count: 3, avoidance: 5_000_000_000)
        #expect(order.order(at: start) == [0, 1, 2])
        order.failed(0, at: start)
        #expect(order.order(at: start) == [1, 2, 0])
        order.failed(1, at: start)
        #expect(order.order(at: start) == [2, 0, 1])
        order.answered(1)
        #expect(order.order(at: start) == [1, 2, 0])
        #expect(order.order(at: .seconds(15)) == [0, 1, 2])
    }
}

@Suite struct IntrospectionAttemptsTests {
    private let second: Int64 = 1_000_000_000

    @Test func oneEndpointIsTriedOnceMoreWhenItWasNotReached() {
        var attempts = IntrospectionAttempts(endpoints: [0], deadline: .seconds(1))
        #expect(attempts.first(at: .seconds(0)) == .init(endpoint: 0, timeout: second))
        let halfway = MonotonicTime(nanoseconds: second / 2)
        #expect(attempts.next(after: .notReached, at: halfway) == .init(endpoint: 0, timeout: second / 2))
        #expect(attempts.next(after: .notReached, at: halfway) == nil)
    }

    @Test(arguments: [IntrospectionAttempts.Ending.failed, .answered])
    func anAnswerOfOneEndpointIsTheLastWord(ending: IntrospectionAttempts.Ending) {
        var attempts = IntrospectionAttempts(endpoints: [0], deadline: .seconds(1))
        _ = attempts.first(at: .seconds(0))
        #expect(attempts.next(after: ending, at: .seconds(0)) == nil)
    }

    @Test func severalEndpointsShareTheTimeAndAreTriedOnceEach() {
        var attempts = IntrospectionAttempts(endpoints: [2, 0, 1], deadline: .seconds(3))
        #expect(attempts.first(at: .seconds(0)) == .init(endpoint: 2, timeout: second))
        #expect(attempts.next(after: .failed, at: .seconds(1)) == .init(endpoint: 0, timeout: second))
        #expect(attempts.next(after: .notReached, at: .seconds(1)) == .init(endpoint: 1, timeout: 2 * second))
        #expect(attempts.next(after: .notReached, at: .seconds(1)) == nil)
    }

    @Test func thereIsNoAttemptWithoutTime() {
        var attempts = IntrospectionAttempts(endpoints: [0, 1], deadline: .seconds(1))
        _ = attempts.first(at: .seconds(0))
        #expect(attempts.next(after: .failed, at: .seconds(1)) == nil)
        var late = IntrospectionAttempts(endpoints: [0], deadline: .seconds(1))
        #expect(late.first(at: .seconds(1)) == nil)
    }
}
