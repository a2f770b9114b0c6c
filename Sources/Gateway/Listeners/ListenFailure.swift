import Glibc
import NIOCore

/// The reason why an address can't be listened on, in words, with what an operator can do.
enum ListenFailure {
    /// The text of an error of listening on an address such as `0.0.0.0:80`, `[::1]:8080` or `unix:/run/gate.sock`.
    static func text(_ error: any Error, address: String) -> String {
        if let error = error as? GatewayStartError { return "\(error)" }
        let reason = (error as? IOError).map { text(errno: $0.errnoCode) } ?? resolution(error) ?? "\(error)"
        return "can't listen on \(address): \(reason)"
    }

    /// The text of an error number of socket(2), bind(2) or listen(2).
    static func text(errno code: CInt) -> String {
        switch code {
        case EADDRINUSE:
            "another process listens there (ss -ltnp shows which): end it, or choose another address"
        case EADDRNOTAVAIL:
            "no interface of this machine has that address (ip address shows those that have one): choose one of them, "
                + "or 0.0.0.0 or [::] for all"
        case EACCES, EPERM:
            "the user that the gateway runs as may not; ports below 1024 need CAP_NET_BIND_SERVICE, or a socket of "
                + "systemd (address: systemd:NAME), and a Unix socket a folder that it may write to"
        case EAFNOSUPPORT:
            "this machine has no addresses of that kind; IPv6 may be switched off"
        case EMFILE, ENFILE:
            "there are no descriptors left: raise LimitNOFILE= or ulimit -n"
        default: String(cString: strerror(code))
        }
    }

    private static func resolution(_ error: any Error) -> String? {
        guard let error = error as? SocketAddressError.UnknownHost else { return nil }
        return "there is no address for the name \(error.host): give an address, or see that the name resolves"
    }
}
