// The state of each American city of the word list: @faker-js/faker has the names alone. Where several states have a
// city of that name, the best known is meant.

/** City names by the state's abbreviation, separated by commas. */
export const US_CITIES: Readonly<Record<string, string>> = {
  AL: 'Birmingham,Decatur,Dothan,Hoover,Huntsville,Mobile,Montgomery,Tuscaloosa,Enterprise',
  AK: 'Anchorage',
  AZ:
    'Avondale,Buckeye,Casa Grande,Casas Adobes,Catalina Foothills,Chandler,Flagstaff,' +
    'Gilbert,Glendale,Goodyear,Lake Havasu City,Maricopa,Mesa,Oro Valley,Phoenix,' +
    'San Tan Valley,Scottsdale,Sierra Vista,Surprise,Tempe,Tucson,Yuma',
  AR:
    'Bentonville,Conway,Fort Smith,Jonesboro,Little Rock,North Little Rock,Pine Bluff,' +
    'Rogers,Springdale',
  CA:
    'Alameda,Alhambra,Aliso Viejo,Altadena,Anaheim,Antelope,Antioch,Apple Valley,Arcadia,' +
    'Arden-Arcade,Azusa,Bakersfield,Baldwin Park,Bell Gardens,Bellflower,Berkeley,' +
    'Brentwood,Buena Park,Burbank,Camarillo,Carlsbad,Carmichael,Carson,Castro Valley,' +
    'Cathedral City,Ceres,Cerritos,Chico,Chino,Chino Hills,Chula Vista,Citrus Heights,' +
    'Clovis,Coachella,Colton,Compton,Concord,Corona,Costa Mesa,Country Club,Covina,' +
    'Cupertino,Cypress,Daly City,Davis,Delano,Diamond Bar,Downey,East Los Angeles,Eastvale,' +
    'El Cajon,El Centro,El Dorado Hills,El Monte,Elk Grove,Encinitas,Escondido,Fairfield,' +
    'Florence-Graham,Florin,Folsom,Fontana,Fountain Valley,Fremont,Fresno,Fullerton,' +
    'Garden Grove,Gardena,Gilroy,Glendora,Hacienda Heights,Hanford,Hawthorne,Hayward,Hemet,' +
    'Hesperia,Highland,Huntington Beach,Huntington Park,Indio,Inglewood,Irvine,' +
    'Jurupa Valley,La Habra,La Mesa,La Mirada,Laguna Niguel,Lake Elsinore,Lake Forest,' +
    'Lancaster,Livermore,Lodi,Lompoc,Long Beach,Los Angeles,Lynwood,Madera,Manteca,Menifee,' +
    'Merced,Milpitas,Mission Viejo,Modesto,Montebello,Monterey Park,Moreno Valley,' +
    'Morgan Hill,Mountain View,Murrieta,Napa,National City,Newport Beach,North Highlands,' +
    'Novato,Oakland,Oceanside,Ontario,Orange,Oxnard,Palm Desert,Palm Springs,Palmdale,' +
    'Palo Alto,Paramount,Pasadena,Perris,Petaluma,Pico Rivera,Pittsburg,Placentia,' +
    'Pleasanton,Pomona,Porterville,Poway,Rancho Cordova,Rancho Cucamonga,' +
    'Rancho Palos Verdes,Rancho Santa Margarita,Redding,Redlands,Redondo Beach,' +
    'Redwood City,Rialto,Riverside,Rocklin,Rohnert Park,Rosemead,Roseville,Rowland Heights,' +
    'Sacramento,Salinas,San Bernardino,San Bruno,San Buenaventura (Ventura),San Clemente,' +
    'San Diego,San Francisco,San Jacinto,San Jose,San Leandro,San Luis Obispo,San Marcos,' +
    'San Mateo,San Rafael,San Ramon,Santa Ana,Santa Barbara,Santa Clara,Santa Clarita,' +
    'Santa Cruz,Santa Maria,Santa Monica,Santa Rosa,Santee,Simi Valley,South Gate,' +
    'South San Francisco,South Whittier,Stockton,Sunnyvale,Temecula,Thousand Oaks,Torrance,' +
    'Tracy,Tulare,Turlock,Tustin,Union City,Upland,Vacaville,Vallejo,Victorville,Visalia,' +
    'Vista,Walnut Creek,Watsonville,West Covina,West Sacramento,Whittier,Woodland,' +
    'Yorba Linda,Yuba City,Yucaipa',
  CO:
    'Arvada,Aurora,Boulder,Broomfield,Castle Rock,Centennial,Colorado Springs,' +
    'Commerce City,Denver,Fort Collins,Grand Junction,Greeley,Highlands Ranch,Lakewood,' +
    'Littleton,Longmont,Loveland,Parker,Pueblo,Thornton,Westminster',
  CT:
    'Bridgeport,Bristol,Danbury,East Hartford,Hartford,Manchester,Meriden,Middletown,' +
    'Milford,New Britain,New Haven,Norwalk,Stamford,Stratford,Waterbury,West Hartford,' +
    'West Haven',
  DC: 'Washington',
  DE: 'Wilmington',
  FL:
    'Alafaya,Altamonte Springs,Apopka,Boca Raton,Bonita Springs,Boynton Beach,Bradenton,' +
    'Brandon,Cape Coral,Clearwater,Coconut Creek,Coral Gables,Coral Springs,Cutler Bay,' +
    'Davie,Daytona Beach,Deerfield Beach,Delray Beach,Deltona,Doral,Fort Lauderdale,' +
    'Fort Myers,Fort Pierce,Fountainebleau,Gainesville,Hialeah,Hollywood,Homestead,' +
    'Jacksonville,Jupiter,Kendale Lakes,Kendall,Kissimmee,Lakeland,Largo,Lauderhill,' +
    'Lehigh Acres,Margate,Melbourne,Miami,Miami Beach,Miami Gardens,Miramar,' +
    'North Lauderdale,North Miami,North Miami Beach,North Port,Oakland Park,Ocala,Orlando,' +
    'Palm Bay,Palm Beach Gardens,Palm Coast,Palm Harbor,Pembroke Pines,Pensacola,' +
    'Pine Hills,Pinellas Park,Plantation,Poinciana,Pompano Beach,Port Charlotte,' +
    'Port Orange,Port St. Lucie,Riverview,Sanford,Sarasota,Spring Hill,St. Petersburg,' +
    'Sunrise,Tallahassee,Tamarac,Tamiami,Tampa,The Hammocks,The Villages,Titusville,' +
    "Town 'n' Country,University,Wellington,Wesley Chapel,West Palm Beach,Weston",
  GA:
    'Albany,Alpharetta,Athens-Clarke County,Atlanta,Augusta-Richmond County,Brookhaven,' +
    'Columbus,Dunwoody,Johns Creek,Macon-Bibb County,Marietta,Roswell,Sandy Springs,' +
    'Savannah,Smyrna,Valdosta,Warner Robins',
  HI: 'East Honolulu,Hilo,Honolulu,Pearl City,Waipahu',
  ID: "Boise City,Caldwell,Coeur d'Alene,Idaho Falls,Meridian,Nampa,Pocatello,Twin Falls",
  IL:
    'Arlington Heights,Bartlett,Belleville,Berwyn,Bolingbrook,Buffalo Grove,Champaign,' +
    'Chicago,Cicero,DeKalb,Des Plaines,Downers Grove,Elgin,Elmhurst,Evanston,Glenview,' +
    'Hoffman Estates,Joliet,Lombard,Moline,Mount Prospect,Naperville,Normal,Oak Lawn,' +
    'Oak Park,Orland Park,Palatine,Peoria,Rockford,Schaumburg,Skokie,Springfield,' +
    'Tinley Park,Urbana,Waukegan,Wheaton',
  IN:
    'Anderson,Bloomington,Carmel,Elkhart,Evansville,Fishers,Fort Wayne,Gary,Greenwood,' +
    'Hammond,Indianapolis,Jeffersonville,Kokomo,Lafayette,Mishawaka,Muncie,Noblesville,' +
    'Portage,South Bend,Terre Haute,West Lafayette',
  IA:
    'Ames,Ankeny,Cedar Rapids,Council Bluffs,Davenport,Des Moines,Dubuque,Iowa City,' +
    'Sioux City,Urbandale,Waterloo,West Des Moines',
  KS:
    'Hutchinson,Kansas City,Lawrence,Lenexa,Manhattan,Olathe,Overland Park,Salina,Shawnee,' +
    'Topeka,Wichita',
  KY: 'Bowling Green,Lexington-Fayette,Louisville/Jefferson County,Owensboro',
  LA:
    'Alexandria,Baton Rouge,Bossier City,Kenner,Lake Charles,Metairie,Monroe,New Orleans,' +
    'Shreveport',
  ME: 'Portland',
  MD:
    'Aspen Hill,Baltimore,Bel Air South,Bethesda,Bowie,Catonsville,Dundalk,Ellicott City,' +
    'Frederick,Gaithersburg,Germantown,Glen Burnie,North Bethesda,Potomac,Rockville,Severn,' +
    'Silver Spring,Towson,Waldorf',
  MA:
    'Attleboro,Barnstable Town,Boston,Brockton,Brookline,Cambridge,Chicopee,Fall River,' +
    'Framingham,Haverhill,Lowell,Lynn,Malden,Medford,Methuen Town,New Bedford,Newton,' +
    'Peabody,Pittsfield,Quincy,Revere,Salem,Somerville,Taunton,Waltham,Weymouth Town,' +
    'Worcester,Plymouth,Westfield',
  MI:
    'Ann Arbor,Battle Creek,Dearborn,Dearborn Heights,Detroit,East Lansing,' +
    'Farmington Hills,Flint,Grand Rapids,Kalamazoo,Kentwood,Lansing,Livonia,Midland,Novi,' +
    'Pontiac,Rochester Hills,Royal Oak,Saginaw,Southfield,St. Clair Shores,' +
    'Sterling Heights,Taylor,Troy,Warren,Westland,Wyoming',
  MN:
    'Blaine,Brooklyn Park,Burnsville,Coon Rapids,Duluth,Eagan,Eden Prairie,Edina,Lakeville,' +
    'Maple Grove,Minneapolis,Minnetonka,Rochester,St. Cloud,St. Louis Park,St. Paul,' +
    'Woodbury',
  MS: 'Biloxi,Gulfport,Hattiesburg,Jackson,Southaven',
  MO:
    'Blue Springs,Chesterfield,Columbia,Florissant,Independence,Jefferson City,Joplin,' +
    "Lee's Summit,O'Fallon,St. Charles,St. Joseph,St. Louis,St. Peters",
  MT: 'Billings,Bozeman,Great Falls,Missoula',
  NE: 'Grand Island,Lincoln,Omaha,Bellevue',
  NV:
    'Carson City,Henderson,Las Vegas,North Las Vegas,Paradise,Reno,Sparks,Spring Valley,' +
    'Sunrise Manor',
  NH: 'Nashua',
  NJ:
    'Bayonne,Camden,Clifton,East Orange,Elizabeth,Hackensack,Hoboken,Jersey City,Kearny,' +
    'Linden,New Brunswick,Newark,Passaic,Paterson,Perth Amboy,Plainfield,Sayreville,' +
    'Toms River,Trenton,Vineland,West New York',
  NM: 'Albuquerque,Farmington,Las Cruces,Rio Rancho,Santa Fe,South Valley',
  NY:
    'Binghamton,Buffalo,Cheektowaga,Freeport,Hempstead,Hicksville,Irondequoit,Levittown,' +
    'Mount Vernon,New Rochelle,New York,Niagara Falls,Schenectady,Syracuse,Tonawanda,' +
    'Tuckahoe,Utica,West Babylon,West Seneca,White Plains,Yonkers',
  NC:
    'Apex,Asheville,Cary,Chapel Hill,Charlotte,Durham,Fayetteville,Gastonia,Greensboro,' +
    'Greenville,High Point,Huntersville,Kannapolis,Raleigh,Rocky Mount,Wilson,' +
    'Winston-Salem',
  ND: 'Bismarck,Fargo,Grand Forks,Minot',
  OH:
    'Akron,Beavercreek,Canton,Cincinnati,Cleveland,Cleveland Heights,Cuyahoga Falls,Dayton,' +
    'Dublin,Elyria,Euclid,Findlay,Hamilton,Kettering,Lorain,Mansfield,Mentor,Parma,' +
    'Strongsville,Toledo,Youngstown',
  OK:
    'Broken Arrow,Edmond,Enid,Lawton,Midwest City,Moore,Norman,Oklahoma City,Stillwater,' + 'Tulsa',
  OR: 'Aloha,Beaverton,Bend,Corvallis,Eugene,Gresham,Hillsboro,Tigard',
  PA:
    'Allentown,Altoona,Bethlehem,Erie,Harrisburg,Philadelphia,Pittsburgh,Reading,Scranton,' +
    'State College,York',
  PR: 'Arecibo,Bayamon,Caguas,Carolina,Guaynabo,Mayaguez,Ponce,San Juan,Trujillo Alto',
  RI: 'Cranston,East Providence,Pawtucket,Providence,Warwick',
  SC: 'Charleston,Mount Pleasant,North Charleston,Rock Hill,Summerville',
  SD: 'Rapid City,Sioux Falls',
  TN:
    'Chattanooga,Clarksville,Collierville,Franklin,Hendersonville,Johnson City,Kingsport,' +
    'Knoxville,Memphis,Murfreesboro,Nashville-Davidson',
  TX:
    'Abilene,Allen,Amarillo,Arlington,Atascocita,Austin,Baytown,Beaumont,Bedford,' +
    'Brownsville,Bryan,Burleson,Carrollton,Cedar Hill,Cedar Park,College Station,Conroe,' +
    'Corpus Christi,Dallas,DeSoto,Denton,Edinburg,El Paso,Euless,Flower Mound,Fort Worth,' +
    'Frisco,Galveston,Garland,Georgetown,Grand Prairie,Grapevine,Haltom City,Harlingen,' +
    'Houston,Irving,Keller,Killeen,Laredo,League City,Lewisville,Longview,Lubbock,McAllen,' +
    'McKinney,Mesquite,Mission,Missouri City,New Braunfels,North Richland Hills,Odessa,' +
    'Pearland,Pflugerville,Pharr,Plano,Port Arthur,Richardson,Rockwall,Round Rock,Rowlett,' +
    'San Angelo,San Antonio,Spring,Sugar Land,Temple,Texas City,The Woodlands,Tyler,' +
    'Victoria,Waco,Wichita Falls,Wylie',
  UT:
    'Bountiful,Draper,Layton,Lehi,Logan,Millcreek,Murray,Ogden,Orem,Provo,Riverton,' +
    'Salt Lake City,Sandy,South Jordan,St. George,Taylorsville,West Jordan,' +
    'West Valley City',
  VT: 'Burlington',
  VA:
    'Annandale,Ashburn,Blacksburg,Burke,Centreville,Charlottesville,Chesapeake,Dale City,' +
    'Danville,Hampton,Harrisonburg,Lake Ridge,Leesburg,Lynchburg,McLean,Newport News,' +
    'Norfolk,Portsmouth,Reston,Richmond,Roanoke,Suffolk,Virginia Beach',
  WA:
    'Auburn,Bellingham,Bothell,Burien,Everett,Federal Way,Kennewick,Kent,Kirkland,Lacey,' +
    'Marysville,Olympia,Pasco,Redmond,Renton,Richland,Sammamish,Seattle,Shoreline,' +
    'South Hill,Spokane,Spokane Valley,Tacoma,Vancouver,Yakima',
  WV: 'Huntington',
  WI:
    'Appleton,Eau Claire,Fond du Lac,Green Bay,Janesville,Kenosha,La Crosse,Madison,' +
    'Milwaukee,Oshkosh,Racine,Sheboygan,Waukesha,Wauwatosa,West Allis',
  WY: 'Casper,Cheyenne',
}
