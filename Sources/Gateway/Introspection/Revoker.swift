import Introspection
import NIOCore

/// Makes revocations take effect on every loop before they are answered.
///
/// Once ``revoke(on:_:)`` has come to its end, no decision rests on what was forgotten. A decision's grant is from a
/// cache or from a call's outcome, and:
///
/// 1. All sources are told, not only the newest snapshot's. A loop that hasn't been handed the newest snapshot yet, or
///    a request that began with a former one, asks that one's source, which lives as long as they do; and whatever
///    becomes a source later begins with nothing.
/// 2. From the moment that a source has been told, its cache gives the old grant to nobody, and its introspector lets
///    no call that ran at that moment store it or give it away (see ``Introspector/forget(_:)-(KeyDigest)``): calls end
///    inside of the lock under which they are told.
/// 3. What is left is what had come out of the cache or the introspector by then. Out of the cache it goes into a
///    decision within one turn of the loop that asked. Out of the introspector it goes to the loops that wait for it,
///    from one turn of the loop whose call it was. So when every loop has ended its turn once, all outcomes stand in
///    the queues of their loops; and when every loop has ended a turn again, it has done what stood in its queue, and
///    all of them have become decisions.
///
/// Such decisions are older than the revocation's answer. They hold for requests that pass on by them: a request is
/// decided once.
struct Revoker: Sendable {
    private let sources: @Sendable () -> [Introspector]
    private let loops: [any EventLoop]

    /// - Parameters:
    ///   - loops: All loops that requests are decided on, or calls are made on.
    ///   - sources: All introspectors that anybody may ask or wait for, at the moment.
    init(loops: [any EventLoop], sources: @escaping @Sendable () -> [Introspector]) {
        self.loops = loops
        self.sources = sources
    }

    init(_ services: GatewayServices, _ loops: [GatewayLoop]) {
        self.init(loops: loops.map(\.eventLoop)) { services.allGrants.map(\.introspector) }
    }

    /// Has all sources forget something. The effect, of all of them together, comes when nothing rests on it any more.
    func revoke(
        on eventLoop: any EventLoop,
        _ forget: (Introspector) -> RevocationEffect
    ) -> EventLoopFuture<RevocationEffect> {
        var effect = RevocationEffect(forgotten: 0, callsDisregarded: 0)
        for source in sources() {
            let part = forget(source)
            effect.forgotten += part.forgotten
            effect.callsDisregarded += part.callsDisregarded
        }
        let settled = effect
        return turns(on: eventLoop).flatMap { turns(on: eventLoop) }.map { settled }
    }

    /// Is done when every loop has ended the turn that it is in.
    private func turns(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        EventLoopFuture.andAllSucceed(loops.map { $0.submit {} }, on: eventLoop)
    }
}
