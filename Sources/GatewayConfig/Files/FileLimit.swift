/// The most bytes of each kind of file that are read.
enum FileLimit {
    static let configuration = 1 << 20
    static let catalog = 1 << 20
    static let routes = 16 << 20
    static let certificates = 16 << 20
    static let secret = 64 << 10
}
