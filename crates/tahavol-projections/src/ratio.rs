//! An exact rational number: schedule figures and aggregated indicators, rounded only where they are told.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};
use tahavol_domain::quantity::Quantity;

/// In lowest terms, with a denominator above zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ratio {
    num: i128,
    den: i128,
}

/// Quantities count millionths.
const MICROS: i128 = 1_000_000;

impl Ratio {
    pub const ZERO: Ratio = Ratio { num: 0, den: 1 };
    pub const ONE: Ratio = Ratio { num: 1, den: 1 };

    /// Nothing where the denominator is zero.
    #[must_use]
    pub const fn try_new(num: i128, den: i128) -> Option<Ratio> {
        if den == 0 {
            return None;
        }
        // Nearly all fit 64 bits, and 128-bit division is slow.
        if num.unsigned_abs() >> 64 == 0 && den.unsigned_abs() >> 64 == 0 {
            let (above, below) = (num.unsigned_abs() as u64, den.unsigned_abs() as u64);
            let divisor = gcd64(above, below);
            let sign = if (num < 0) == (den < 0) { 1 } else { -1 };
            return Some(Ratio { num: sign * (above / divisor) as i128, den: (below / divisor) as i128 });
        }
        let divisor = gcd(num.unsigned_abs(), den.unsigned_abs()) as i128;
        let sign = if den < 0 { -1 } else { 1 };
        Some(Ratio { num: sign * (num / divisor), den: sign * (den / divisor) })
    }

    #[must_use]
    pub const fn from_int(value: i128) -> Ratio {
        Ratio { num: value, den: 1 }
    }

    #[must_use]
    pub const fn num(self) -> i128 {
        self.num
    }

    /// Above zero.
    #[must_use]
    pub const fn den(self) -> i128 {
        self.den
    }

    /// The largest whole number not above it.
    #[must_use]
    pub const fn floor(self) -> i128 {
        self.num.div_euclid(self.den)
    }

    /// The smallest whole number not below it.
    #[must_use]
    pub const fn ceil(self) -> i128 {
        -(-self.num).div_euclid(self.den)
    }

    /// Nothing where 128 bits do not hold it.
    #[must_use]
    pub fn checked_add(self, other: Ratio) -> Option<Ratio> {
        let num = self.num.checked_mul(other.den)?.checked_add(other.num.checked_mul(self.den)?)?;
        Ratio::try_new(num, self.den.checked_mul(other.den)?)
    }

    /// Nothing where 128 bits do not hold it.
    #[must_use]
    pub fn checked_sub(self, other: Ratio) -> Option<Ratio> {
        self.checked_add(Ratio { num: -other.num, den: other.den })
    }

    /// Nothing where 128 bits do not hold it. Common factors are taken out first.
    #[must_use]
    pub fn checked_mul(self, other: Ratio) -> Option<Ratio> {
        let (left, right) = (Ratio::try_new(self.num, other.den)?, Ratio::try_new(other.num, self.den)?);
        Ratio::try_new(left.num.checked_mul(right.num)?, left.den.checked_mul(right.den)?)
    }

    /// Nothing where the divisor is zero or 128 bits do not hold the result.
    #[must_use]
    pub fn checked_div(self, other: Ratio) -> Option<Ratio> {
        self.checked_mul(Ratio::try_new(other.den, other.num)?)
    }

    /// Four places, half away from zero, always with its four digits: `0.6875`, `-1.2500`.
    #[must_use]
    pub fn decimal4(self) -> String {
        self.decimal(4)
    }

    /// So many places, half away from zero.
    #[must_use]
    pub fn decimal(self, places: u32) -> String {
        let mut text = Vec::with_capacity(16);
        self.write_decimal(places, &mut text);
        String::from_utf8(text).expect("digits are text")
    }

    /// Appends [`Ratio::decimal`].
    pub fn write_decimal(self, places: u32, to: &mut Vec<u8>) {
        let digits = self.rounded(places);
        if self.num < 0 && digits != 0 {
            to.push(b'-');
        }
        let places = places as usize;
        match u64::try_from(digits) {
            Ok(digits) if places <= MOST_PLACES => write_digits(digits, places, to),
            Ok(_) | Err(_) => {
                let text = format!("{digits:0>least$}", least = places + 1);
                let (whole, rest) = text.split_at(text.len() - places);
                to.extend_from_slice(whole.as_bytes());
                if places > 0 {
                    to.push(b'.');
                }
                to.extend_from_slice(rest.as_bytes());
            }
        }
    }

    /// The digits of so many places without sign and point, half away from zero.
    fn rounded(self, places: u32) -> u128 {
        let (num, den) = (self.num.unsigned_abs(), self.den.unsigned_abs());
        let unit = 10_u128.pow(places);
        // As above.
        if let (Some(Ok(shifted)), Ok(den)) = (num.checked_mul(unit).map(u64::try_from), u64::try_from(den)) {
            let (digits, rest) = (shifted / den, shifted % den);
            return u128::from(digits + u64::from(rest >= den - rest));
        }
        let (mut digits, mut rest) = (num / den, num % den);
        for _ in 0..places {
            // Both factors are small beside 128 bits: a denominator is at most a sum of weights in basis points or of quantities.
            digits = digits * 10 + rest * 10 / den;
            rest = rest * 10 % den;
        }
        digits + u128::from(rest >= den - rest)
    }

    /// To six places, half away from zero; nothing where it has more than eighteen digits before the point.
    #[must_use]
    pub fn to_quantity(self) -> Option<Quantity> {
        let doubled = self.num.checked_mul(2 * MICROS)?.checked_div(self.den)?;
        Quantity::from_micros((doubled + doubled.signum()) / 2)
    }
}

impl From<Quantity> for Ratio {
    fn from(quantity: Quantity) -> Ratio {
        Ratio::try_new(quantity.micros(), MICROS).unwrap_or(Ratio::ZERO)
    }
}

/// Exact and without overflow: whole parts are compared first, then the turned-over remainders.
impl Ord for Ratio {
    fn cmp(&self, other: &Ratio) -> Ordering {
        let (mut a, mut b) = (*self, *other);
        let mut turned = false;
        loop {
            let (rest_a, rest_b) = (a.num.rem_euclid(a.den), b.num.rem_euclid(b.den));
            let order = match a.floor().cmp(&b.floor()) {
                Ordering::Equal => match (rest_a, rest_b) {
                    (0, 0) => Ordering::Equal,
                    (0, _) => Ordering::Less,
                    (_, 0) => Ordering::Greater,
                    _ => {
                        (a, b) = (Ratio { num: a.den, den: rest_a }, Ratio { num: b.den, den: rest_b });
                        turned = !turned;
                        continue;
                    }
                },
                decided => decided,
            };
            return if turned { order.reverse() } else { order };
        }
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Ratio) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Four places, as figures are told.
impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.decimal4())
    }
}

/// Exact: a failing test should show what was compared.
impl fmt::Debug for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.num, self.den)
    }
}

/// Of what is written without a detour.
const MOST_PLACES: usize = 18;

/// Digits with a point before the last `places` of them, and at least one before it.
fn write_digits(mut digits: u64, places: usize, to: &mut Vec<u8>) {
    let mut text = [0; 24];
    let (mut at, mut written) = (text.len(), 0);
    while digits > 0 || written <= places {
        if written == places && places > 0 {
            at -= 1;
            text[at] = b'.';
        }
        at -= 1;
        text[at] = b'0' + (digits % 10) as u8;
        digits /= 10;
        written += 1;
    }
    to.extend_from_slice(&text[at..]);
}

const fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        // At the latest after some steps.
        if a >> 64 == 0 && b >> 64 == 0 {
            return gcd64(a as u64, b as u64) as u128;
        }
        (a, b) = (b, a % b);
    }
    a
}

const fn gcd64(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(num: i128, den: i128) -> Ratio {
        Ratio::try_new(num, den).unwrap()
    }

    #[test]
    fn a_ratio_is_kept_in_lowest_terms_with_its_sign_above() {
        assert_eq!(ratio(22, 32), ratio(11, 16));
        assert_eq!((ratio(5, -4).num(), ratio(5, -4).den()), (-5, 4));
        assert_eq!(ratio(0, -7), Ratio::ZERO);
        assert_eq!(Ratio::try_new(1, 0), None);
    }

    #[test]
    fn four_places_are_told_half_away_from_zero() {
        for (num, den, told) in [
            (11, 16, "0.6875"),
            (-5, 4, "-1.2500"),
            (4, 7, "0.5714"),
            (2, 3, "0.6667"),
            (1, 20_000, "0.0001"),
            (-1, 20_000, "-0.0001"),
            (-1, 20_001, "0.0000"),
            (99_999, 100_000, "1.0000"),
            (0, 1, "0.0000"),
        ] {
            assert_eq!(ratio(num, den).decimal4(), told, "{num}/{den}");
            assert_eq!(ratio(num, den).to_string(), told);
        }
        assert_eq!(ratio(5, 2).decimal(0), "3");
    }

    #[test]
    fn what_does_not_fit_64_bits_is_told_by_the_same_rule() {
        let big = i128::from(u64::MAX);
        assert_eq!(ratio(-big * 3, 2).decimal(1), "-27670116110564327422.5");
        assert_eq!(ratio(big, 4).decimal(0), "4611686018427387904");
        assert_eq!(ratio(1, big).decimal(25), "0.0000000000000000000542101");
        assert_eq!(ratio(big + 2, big + 1).decimal4(), "1.0000");
        assert_eq!(Ratio::from_int(big).decimal4(), "18446744073709551615.0000");
    }

    #[test]
    fn ratios_are_compared_exactly_even_when_their_products_do_not_fit() {
        let big = i128::MAX / 3;
        assert!(ratio(big, big - 1) > Ratio::ONE);
        assert!(ratio(big, big - 1) < ratio(big - 1, big - 2));
        assert!(ratio(-1, 3) < ratio(-1, 4) && ratio(-1, 3) < Ratio::ZERO);
        assert!(ratio(98, 100) == ratio(49, 50) && ratio(97_999, 100_000) < ratio(49, 50));
    }

    #[test]
    fn whole_parts_go_down_and_up() {
        assert_eq!((ratio(7, 2).floor(), ratio(7, 2).ceil()), (3, 4));
        assert_eq!((ratio(-7, 2).floor(), ratio(-7, 2).ceil()), (-4, -3));
        assert_eq!((ratio(6, 2).floor(), ratio(6, 2).ceil()), (3, 3));
    }

    #[test]
    fn arithmetic_is_exact_and_stops_where_it_does_not_fit() {
        assert_eq!(ratio(1, 3).checked_add(ratio(1, 6)), Some(ratio(1, 2)));
        assert_eq!(ratio(11, 4).checked_sub(Ratio::from_int(4)), Some(ratio(-5, 4)));
        assert_eq!(ratio(2, 3).checked_mul(ratio(3, 2)), Some(Ratio::ONE));
        assert_eq!(ratio(1, 3).checked_div(ratio(2, 3)), Some(ratio(1, 2)));
        assert_eq!(Ratio::ONE.checked_div(Ratio::ZERO), None);
        assert_eq!(Ratio::from_int(i128::MAX).checked_add(Ratio::ONE), None);
    }

    #[test]
    fn a_quantity_is_a_ratio_and_a_ratio_is_told_as_a_quantity_of_six_places() {
        let quantity = Quantity::parse("94.5").unwrap();
        assert_eq!(Ratio::from(quantity), ratio(189, 2));
        assert_eq!(Ratio::from(quantity).to_quantity(), Some(quantity));
        assert_eq!(ratio(2, 3).to_quantity().unwrap().to_string(), "0.666667");
        assert_eq!(ratio(-2, 3).to_quantity().unwrap().to_string(), "-0.666667");
        assert_eq!(ratio(1, 3).to_quantity().unwrap().to_string(), "0.333333");
    }
}
