/// How a configuration's secrets are read.
public enum SecretReading: Sendable {
    /// Each from where the configuration says; one that is missing is an error.
    case required
    /// None is read, and neither are certificates and private keys: for commands that look at the rest, on machines
    /// that have no secrets.
    case leftOut

    /// What takes the place of a secret that isn't read: long enough for every use.
    static let standIn = [UInt8](repeating: UInt8(ascii: "x"), count: 64)
}
